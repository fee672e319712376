import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { fragment } from "../../http/html.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { EditSegmentPage, NewSegmentPage } from "./form-views.tsx";
import { SegmentForm } from "./forms.ts";
import { ruleChoices } from "./rule-choices.ts";
import { draftOf, editDraft, fieldOfFault, inputOf, newDraft, readDraft } from "./rule-form.ts";
import type { RuleDraft } from "./rule-form.ts";
import { RuleCount } from "./rule-count-views.tsx";
import { parseRule } from "./rule.ts";
import {
  changeSegment,
  createSegment,
  inRule,
  readSegment,
  type SegmentFaults,
  type SegmentRow,
} from "./segments.ts";
import { type Size, sizeOf } from "./size.ts";

/** To make a segment and to change one. A rule is written over several requests, of which only the last stores it. */
export function segmentFormPages(context: Context) {
  const { db } = context;
  const write = { permission: "segments:write" } as const;
  const writeOne = { ...write, params: ById } as const;

  return new Elysia({ name: "segment-forms", prefix: "/segments" })
    .use(pages(context))
    .get(
      "/new",
      (tools) => {
        const dynamic = isDynamic(tools.request);
        return showNew(tools, { values: {} }, dynamic ? newDraft() : undefined);
      },
      write,
    )
    .post(
      "/",
      async (tools) => {
        const { form, leave, request } = tools;
        const draft = isDynamic(request) ? readDraft(form) : undefined;
        const posted = parseForm(SegmentForm, form);
        if (!posted.ok) return showNew(tools, withRuleFaults(posted, draft), draft, 422);
        const created = await createSegment(db, {
          name: posted.value.name,
          ...(draft && { rule: inputOf(draft) }),
        });
        if (created.kind === "refused") {
          return showNew(tools, posted.refuse(inForm(created.faults)), draft, 422);
        }
        const path = `/segments/${created.segment.id}`;
        return leave(draft ? path : `${path}/add`, "The segment was created.");
      },
      write,
    )
    .post(
      "/draft",
      async (tools) => {
        const { draft, size } = await edited(tools.form);
        return showNew(tools, typed(tools.form), draft, 200, size);
      },
      write,
    )
    .post(
      "/count",
      async ({ form }) => fragment(<RuleCount size={await sizeOfDraft(readDraft(form))} />),
      write,
    )
    .post(
      "/:id/count",
      async ({ form, params }) => {
        const segment = found(await readSegment(db, params.id));
        return fragment(<RuleCount size={await sizeOfDraft(readDraft(form), segment)} />);
      },
      writeOne,
    )
    .get(
      "/:id/edit",
      async (tools) => {
        const segment = found(await readSegment(db, tools.params.id));
        const values = { name: segment.name, seen: segment.revision };
        return showEdit(tools, segment, { values }, segment.rule && draftOf(segment.rule));
      },
      writeOne,
    )
    .post(
      "/:id",
      async (tools) => {
        const { form, params, leave } = tools;
        const segment = found(await readSegment(db, params.id));
        const draft = segment.rule && readDraft(form);
        const posted = parseForm(SegmentForm, form);
        if (!posted.ok) {
          return showEdit(tools, segment, withRuleFaults(posted, draft), draft, { status: 422 });
        }
        const { name, seen } = posted.value;
        const changes = { name, ...(draft && { rule: inputOf(draft) }) };
        const changed = await changeSegment(db, params.id, changes, seen);
        switch (changed.kind) {
          case "unknown":
            throw new NotFoundError();
          case "changed":
            return leave(`/segments/${params.id}`, "The segment was saved.");
          case "changed meanwhile": {
            const values = { name, seen: changed.segment.revision };
            const form = { unsaved: true, values };
            return showEdit(tools, changed.segment, form, draft, { status: 409 });
          }
          case "being launched to":
            return showEdit(tools, segment, posted.refuse({ rule: changed.why }), draft, {
              status: 422,
            });
          case "refused":
            return showEdit(tools, segment, posted.refuse(inForm(changed.faults)), draft, {
              status: 422,
            });
        }
      },
      writeOne,
    )
    .post(
      "/:id/draft",
      async (tools) => {
        const segment = found(await readSegment(db, tools.params.id));
        const { draft, size } = await edited(tools.form, segment);
        return showEdit(tools, segment, typed(tools.form), draft, { size });
      },
      writeOne,
    );

  async function showNew(
    { show, csrf }: PageTools,
    form: FormState,
    draft: RuleDraft | undefined,
    status = 200,
    size?: Size,
  ) {
    return show(
      { title: "New segment", status },
      <NewSegmentPage csrf={csrf} form={form} rule={await ruleProps(draft, size)} />,
    );
  }

  async function showEdit(
    { show, csrf }: PageTools,
    segment: SegmentRow,
    form: FormState,
    draft: RuleDraft | null,
    { status = 200, size }: { status?: number; size?: Size | undefined } = {},
  ) {
    return show(
      { title: `Edit ${segment.name}`, status },
      <EditSegmentPage
        csrf={csrf}
        segment={segment}
        form={form}
        rule={await ruleProps(draft ?? undefined, size)}
        changedMeanwhile={status === 409}
      />,
    );
  }

  async function ruleProps(draft: RuleDraft | undefined, size: Size | undefined) {
    return draft && { draft, choices: await ruleChoices(db, draft), size };
  }

  /** The form after one of its buttons was pressed. */
  async function edited(
    form: URLSearchParams,
    segment?: SegmentRow,
  ): Promise<{ draft: RuleDraft; size?: Size }> {
    const command = form.get("do") ?? "";
    const draft = editDraft(readDraft(form), command);
    const size = command === "count" ? await sizeOfDraft(draft, segment) : undefined;
    return { draft, ...(size && { size }) };
  }

  /** Of a segment that is stored without those who have opted out of it; undefined while the rule has blanks. */
  async function sizeOfDraft(draft: RuleDraft, segment?: SegmentRow): Promise<Size | undefined> {
    const parsed = parseRule(inputOf(draft));
    return parsed.ok ? sizeOf(context, { ...segment, rule: parsed.rule }) : undefined;
  }
}

function isDynamic(request: Request): boolean {
  return new URL(request.url).searchParams.get("kind") === "dynamic";
}

function typed(form: URLSearchParams): FormState {
  const values = { name: form.get("name") ?? "", seen: form.get("seen") ?? "" };
  return { unsaved: true, values };
}

/** All that is wrong is told at once: the rule's faults too, when the name was refused. */
function withRuleFaults(refused: RefusedForm, draft: RuleDraft | null | undefined): RefusedForm {
  const parsed = draft && parseRule(inputOf(draft));
  if (!parsed || parsed.ok) return refused;
  return { ...refused, errors: { ...refused.errors, ...inForm(inRule(parsed.faults)) } };
}

/** The faults of a segment at the fields of its form. A comparison that is none was chosen for another field. */
function inForm(faults: SegmentFaults): Record<string, string> {
  return Object.fromEntries(
    Object.entries(faults).map(([at, fault]) => {
      const name = fieldOfFault(at);
      return [name, name.endsWith(".is") ? "Choose how to compare: it goes by the field." : fault];
    }),
  );
}
