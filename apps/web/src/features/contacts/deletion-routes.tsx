import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { localPath } from "../../http/htmx.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { formatPlural } from "../../ui/format.ts";
import { DeleteConfirm, DeleteSelectionConfirm } from "./confirm-views.tsx";
import { readAddresses, readContact } from "./contacts.ts";
import { belongingsOf, eraseContacts } from "./erasure.ts";
import { ChosenForm, ChosenQuery } from "./forms.ts";
import { titleOf } from "./names.ts";

/** To be rid of one contact, or of those that were selected in the list. */
export function contactDeletionPages(context: Context) {
  const { db } = context;
  const write = { permission: "contacts:write" } as const;
  const writeOne = { ...write, params: ById } as const;

  return new Elysia({ name: "contact-deletion", prefix: "/contacts" })
    .use(pages(context))
    .get(
      "/:id/delete",
      async ({ params, show, csrf }) => {
        const contact = found(await readContact(db, params.id));
        const belongings = await belongingsOf(db, [contact.id]);
        return show(
          { title: `Delete ${titleOf(contact)}`, width: "narrow" },
          <DeleteConfirm csrf={csrf} contact={contact} belongings={belongings} />,
        );
      },
      writeOne,
    )
    .post(
      "/:id/delete",
      async ({ params, leave }) => {
        if ((await eraseContacts(db, [params.id])) === 0) throw new NotFoundError();
        return leave("/contacts", "The contact was deleted.");
      },
      writeOne,
    )
    .post(
      "/selection",
      ({ form, leave }) => {
        const back = localPath(form.get("return_to"), "/contacts");
        const posted = parseForm(ChosenForm, form);
        if (!posted.ok)
          return leave(back, { tone: "danger", message: "Select at least one contact." });
        return leave(selectionAddress("/contacts/delete", posted.value.contact_id, back));
      },
      write,
    )
    .get(
      "/delete",
      async ({ request, show, csrf }) => {
        const { contact_id: ids, return_to } = parseQuery(ChosenQuery, request);
        const contacts = await readAddresses(db, ids);
        if (contacts.length === 0) throw new NotFoundError();
        const back = localPath(return_to, "/contacts");
        return show(
          { title: "Delete contacts", width: "narrow" },
          <DeleteSelectionConfirm
            csrf={csrf}
            contacts={contacts}
            belongings={await belongingsOf(
              db,
              contacts.map(({ id }) => id),
            )}
            suppressed={contacts.filter(({ suppressed }) => suppressed).length}
            action={selectionAddress("/contacts/delete", ids, back)}
            cancel={back}
          />,
        );
      },
      write,
    )
    .post(
      "/delete",
      async ({ request, leave }) => {
        const { contact_id: ids, return_to } = parseQuery(ChosenQuery, request);
        const erased = await eraseContacts(db, ids);
        const said = `${formatPlural(erased, "contact was", "contacts were")} deleted.`;
        return leave(localPath(return_to, "/contacts"), said);
      },
      write,
    );
}

/** Who was selected stands in the address: the page can be opened anew, and works without scripts. */
function selectionAddress(path: string, ids: readonly string[], back: string): string {
  const said = new URLSearchParams({ return_to: back });
  for (const id of ids) said.append("contact_id", id);
  return `${path}?${said}`;
}
