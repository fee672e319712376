import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseForm, readForm } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { readAttributeKeys } from "../contacts/contacts.ts";
import { listSegmentChoices } from "../segments/segments.ts";
import { PlanForm } from "./forms.ts";
import { type Import, layoutOf, readImport, startImport } from "./imports.ts";
import { MappingPage } from "./mapping-views.tsx";
import { choicesOf, layoutIn, mappingOf, readPlan, type TypedPlan } from "./plan.ts";
import { ImportPage } from "./progress-views.tsx";
import { readRejects, SHOWN_REJECTS } from "./rejects.ts";

const BOTH = { segment_name: "Choose a segment or name a new one, not both." };

/** The page of one import: what its columns are to be while nobody has said so, and how far it is after that. */
export function importPlanPages(context: Context) {
  const { db, clock, work } = context;

  return new Elysia({ name: "import-plans", prefix: "/imports" })
    .use(pages(context))
    .get(
      "/:id",
      async (tools) => {
        const source = found(await readImport(db, tools.params.id));
        const mayWrite = can(tools.user, "contacts:write");
        if (source.state === "mapping" && mayWrite)
          return showPlan(tools, source, {
            layout: layoutIn(new URL(tools.request.url).searchParams),
          });
        const rejects = await readRejects(db, source, SHOWN_REJECTS);
        return tools.show(
          { title: "Import" },
          <ImportPage source={source} rejects={rejects} now={clock.now()} mayWrite={mayWrite} />,
        );
      },
      { permission: "contacts:read", params: ById },
    )
    .post(
      "/:id/read",
      async (tools) => {
        const { params, form, leave } = tools;
        const source = found(await readImport(db, params.id));
        if (source.state !== "mapping") return leave(`/imports/${source.id}`);
        const { values } = readForm(PlanForm, form).refuse({});
        return showPlan(tools, source, { layout: layoutIn(form) }, { values });
      },
      { permission: "contacts:write", params: ById },
    )
    .post(
      "/:id/start",
      async (tools) => {
        const { params, form, leave } = tools;
        const source = found(await readImport(db, params.id));
        const path = `/imports/${source.id}`;
        if (source.state !== "mapping") return leave(path);
        const plan = readPlan(form);
        const posted = parseForm(PlanForm, form);
        if (!posted.ok) return showPlan(tools, source, plan, posted);
        const { segment_id, segment_name, on_duplicate: onDuplicate } = posted.value;
        if (segment_id !== "" && segment_name !== "")
          return showPlan(tools, source, plan, posted.refuse(BOTH));
        const { layout } = await layoutOf(db, source, plan.layout);
        const mapping = mappingOf(plan.choices, layout.columns.length);
        const started = await startImport(db, source.id, {
          layout,
          mapping,
          onDuplicate,
          ...(segment_id !== "" && { segment: { id: segment_id } }),
          ...(segment_name !== "" && { segment: { name: segment_name } }),
        });
        switch (started.kind) {
          case "started":
            work.announce();
            return leave(path);
          case "not waiting":
            return leave(path);
          case "refused":
            return showPlan(tools, source, plan, posted.refuse(started.faults));
          case "missing":
            throw new NotFoundError();
        }
      },
      { permission: "contacts:write", params: ById },
    );

  async function showPlan(
    { show, csrf }: PageTools,
    source: Import,
    plan: Pick<TypedPlan, "layout"> & Partial<TypedPlan>,
    form: FormState = { values: { on_duplicate: "update" } },
  ) {
    const { layout, mapping } = await layoutOf(db, source, plan.layout);
    const { segments, more } = await listSegmentChoices(db);
    return show(
      { title: "Columns", ...(form.errors && { status: 422 }) },
      <MappingPage
        csrf={csrf}
        source={source}
        layout={layout}
        choices={plan.choices ?? choicesOf(mapping)}
        keys={await readAttributeKeys(db)}
        form={form}
        segments={segments}
        moreSegments={more}
      />,
    );
  }
}
