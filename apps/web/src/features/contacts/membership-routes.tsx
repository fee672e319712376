import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm } from "../../http/forms.ts";
import { localPath } from "../../http/htmx.ts";
import { ById, byIds } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { formatPlural } from "../../ui/format.ts";
import {
  addToSegment,
  type MembersChange,
  readSegment,
  removeFromSegment,
} from "../segments/segments.ts";
import { readContact } from "./contacts.ts";
import { SelectionForm, SegmentChoiceForm } from "./forms.ts";

/** Contacts into segments and out of them: one from its page, many from a selection in the list. */
export function contactMembershipPages(context: Context) {
  const { db } = context;
  const write = { permission: "segments:write" } as const;

  return new Elysia({ name: "contact-memberships", prefix: "/contacts" })
    .use(pages(context))
    .post(
      "/memberships",
      (tools) =>
        changeSelected(tools, async (segment, ids) => {
          const added = changed(await addToSegment(db, segment.id, ids));
          const already = ids.length - added;
          return already === 0
            ? `${contacts(added)} added to “${segment.name}”.`
            : `${contacts(added)} added to “${segment.name}”; ${already} were in it already.`;
        }),
      write,
    )
    .post(
      "/memberships/remove",
      (tools) =>
        changeSelected(tools, async (segment, ids) => {
          const removed = changed(await removeFromSegment(db, segment.id, ids));
          return `${contacts(removed)} removed from “${segment.name}”.`;
        }),
      write,
    )
    .post(
      "/:id/segments",
      async ({ params, form, leave }) => {
        const contact = found(await readContact(db, params.id));
        const posted = parseForm(SegmentChoiceForm, form);
        const path = `/contacts/${contact.id}`;
        if (!posted.ok) return leave(path, { tone: "danger", message: "Choose a segment first." });
        const segment = found(await readSegment(db, posted.value.segment_id));
        changed(await addToSegment(db, segment.id, [contact.id]));
        return leave(path, `Added to “${segment.name}”.`);
      },
      { ...write, params: ById },
    )
    .post(
      "/:id/segments/:segment_id/remove",
      async ({ params, leave }) => {
        const contact = found(await readContact(db, params.id));
        const segment = found(await readSegment(db, params.segment_id));
        changed(await removeFromSegment(db, segment.id, [contact.id]));
        return leave(`/contacts/${contact.id}`, `Removed from “${segment.name}”.`);
      },
      { ...write, params: byIds("id", "segment_id") },
    );

  async function changeSelected(
    { form, leave }: Pick<PageTools, "form" | "leave">,
    change: (segment: { id: string; name: string }, ids: string[]) => Promise<string>,
  ): Promise<Response> {
    const back = localPath(form.get("return_to"), "/contacts");
    const posted = parseForm(SelectionForm, form);
    if (!posted.ok) {
      const [message = "Select contacts and a segment first."] = Object.values(posted.errors);
      return leave(back, { tone: "danger", message });
    }
    const segment = found(await readSegment(db, posted.value.segment_id));
    return leave(back, await change(segment, posted.value.contact_id));
  }
}

function contacts(count: number): string {
  return formatPlural(count, "contact was", "contacts were");
}

function changed(change: MembersChange): number {
  switch (change.kind) {
    case "changed":
      return change.contacts;
    case "unknown":
      throw new NotFoundError();
    case "dynamic":
      throw new ConflictError(
        "A rule decides who is in this segment. Change the rule, or choose a segment that lists its members.",
      );
  }
}
