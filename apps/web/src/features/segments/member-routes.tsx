import { Elysia } from "elysia";
import { isId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { ConflictError, ForbiddenError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { PastedForm, SearchQuery, SelectedForm } from "./forms.ts";
import { AddMembersPage } from "./add-member-views.tsx";
import { addPasted, findCandidates, type PastedOutcome } from "./members.ts";
import { addToSegment, type MembersChange, readSegment, removeFromSegment } from "./segments.ts";

/** Who is in a static segment: adding by search and by pasting, removing by selection. */
export function memberPages(context: Context) {
  const { db } = context;
  const writeOne = { permission: "segments:write", params: ById } as const;

  return new Elysia({ name: "segment-members", prefix: "/segments" })
    .use(pages(context))
    .get("/:id/add", (tools) => showAdd(tools, tools.params.id, { values: {} }), writeOne)
    .post(
      "/:id/members",
      async (tools) => {
        const { params, form, leave, user } = tools;
        const posted = parseForm(PastedForm, form);
        if (!posted.ok) return showAdd(tools, params.id, posted, { status: 422 });
        const { addresses, make } = posted.value;
        if (make && !can(user, "contacts:write")) throw new ForbiddenError();
        const outcome = await addPasted(db, params.id, addresses, { make });
        if (outcome.kind !== "added") throw refusal(outcome);
        const { added, unknown, faults } = outcome;
        if (unknown.length === 0 && faults.length === 0)
          return leave(`/segments/${params.id}`, `${contacts(added)} added.`);
        const rest = [...unknown, ...faults.map(({ text }) => text)].join("\n");
        return showAdd(tools, params.id, { values: { addresses: rest } }, { outcome });
      },
      writeOne,
    )
    .post(
      "/:id/members/selected",
      async ({ params, form, leave }) => {
        const added = await addToSegment(db, params.id, selected(form));
        return leave(`/segments/${params.id}`, `${contacts(changed(added))} added.`);
      },
      writeOne,
    )
    .post(
      "/:id/members/remove",
      async ({ params, form, leave }) => {
        const removed = await removeFromSegment(db, params.id, selected(form));
        const said = `${contacts(changed(removed))} removed from the segment.`;
        return leave(`/segments/${params.id}`, said);
      },
      writeOne,
    );

  async function showAdd(
    { show, csrf, request }: PageTools & { request: Request },
    id: string,
    form: FormState,
    { status = 200, outcome }: { status?: number; outcome?: PastedOutcome } = {},
  ) {
    const segment = found(await readSegment(db, id));
    if (segment.rule !== null) throw refusal({ kind: "dynamic" });
    const { q } = parseQuery(SearchQuery, request);
    return show(
      { title: `Add contacts to ${segment.name}`, status },
      <AddMembersPage
        segment={segment}
        csrf={csrf}
        form={form}
        outcome={outcome}
        search={q}
        candidates={await findCandidates(db, id, q)}
      />,
    );
  }
}

function selected(form: URLSearchParams): string[] {
  const posted = parseForm(SelectedForm, form);
  return posted.ok ? posted.value.contact_id.filter(isId) : [];
}

function changed(change: MembersChange): number {
  if (change.kind !== "changed") throw refusal(change);
  return change.contacts;
}

function refusal({ kind }: Exclude<MembersChange, { kind: "changed" }>): Error {
  return kind === "unknown"
    ? new NotFoundError()
    : new ConflictError(
        "A rule decides who is in this segment, so nobody is added or removed by hand.",
      );
}

function contacts(count: number): string {
  return formatPlural(count, "contact was", "contacts were");
}
