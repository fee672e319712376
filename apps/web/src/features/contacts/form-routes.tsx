import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import {
  addContact,
  changeContact,
  type Contact,
  readAttributeKeys,
  readContact,
} from "./contacts.ts";
import { ContactFormPage, type ContactFormProps } from "./form-views.tsx";
import { readContactForm } from "./forms.ts";
import type { TypedContact } from "./typed-contact.ts";

/** Empty rows under the attributes of a contact, before anybody asks for more. */
const SPARE_ROWS = 2;
const MORE_ROWS = 6;

/** What a form looks like besides what was typed into it. */
type Look = Pick<ContactFormProps, "contact" | "taken" | "stale"> & {
  status?: number;
  spare?: number;
};

/** To add a contact, and to change one. */
export function contactFormPages(context: Context) {
  const { db } = context;
  const write = { permission: "contacts:write" } as const;
  const writeOne = { ...write, params: ById } as const;

  return new Elysia({ name: "contact-forms", prefix: "/contacts" })
    .use(pages(context))
    .get("/new", (tools) => showForm(tools, BLANK), write)
    .post(
      "/",
      async (tools) => {
        const posted = readContactForm(tools.form, {});
        if (tools.form.has("more")) return showForm(tools, posted.typed, MORE);
        if (!posted.ok) return showForm(tools, posted.typed, { status: 422 });
        const added = await addContact(db, posted.details);
        switch (added.kind) {
          case "added":
            return tools.leave(`/contacts/${added.contact.id}`, "The contact was added.");
          case "refused":
            return showForm(tools, posted.refuse(added.faults), { status: 422 });
          case "duplicate":
            return showForm(tools, posted.refuse(TAKEN), await takenBy(added.id));
        }
      },
      write,
    )
    .get(
      "/:id/edit",
      async (tools) => {
        const contact = found(await readContact(db, tools.params.id));
        return showForm(tools, typedOf(contact), { contact });
      },
      writeOne,
    )
    .post(
      "/:id",
      async (tools) => {
        const { params, form, leave } = tools;
        const contact = found(await readContact(db, params.id));
        const posted = readContactForm(form, contact.attributes);
        const revision = form.get("revision") ?? contact.revision;
        const look = { contact: { ...contact, revision } };
        if (form.has("more")) return showForm(tools, posted.typed, { ...look, ...MORE });
        if (!posted.ok) return showForm(tools, posted.typed, { ...look, status: 422 });
        const options = { replace: true, seen: revision };
        const changed = await changeContact(db, params.id, posted.details, options);
        switch (changed.kind) {
          case "changed":
            return leave(`/contacts/${params.id}`, "The contact was saved.");
          case "missing":
            throw new NotFoundError();
          case "refused":
            return showForm(tools, posted.refuse(changed.faults), { ...look, status: 422 });
          case "duplicate":
            return showForm(tools, posted.refuse(TAKEN), {
              ...look,
              ...(await takenBy(changed.id)),
            });
          case "changed meanwhile":
            // Saved again, what was typed takes the place of what is there now.
            return showForm(tools, posted.typed, {
              contact: changed.contact,
              stale: true,
              status: 409,
            });
        }
      },
      writeOne,
    );

  async function showForm({ show, csrf }: PageTools, typed: TypedContact, look: Look = {}) {
    const { contact, taken, stale, status = 200, spare = SPARE_ROWS } = look;
    return show(
      { title: contact ? "Edit contact" : "Add contact", width: "narrow", status },
      <ContactFormPage
        csrf={csrf}
        form={typed}
        rows={typed.rows}
        rowsFault={typed.rowsFault}
        spare={spare}
        keys={await readAttributeKeys(db)}
        contact={contact}
        taken={taken}
        stale={stale}
      />,
    );
  }

  async function takenBy(id: string): Promise<Look> {
    return { taken: await readContact(db, id), status: 422 };
  }
}

const BLANK: TypedContact = { values: {}, errors: {}, rows: [], rowsFault: undefined };
const MORE: Look = { spare: MORE_ROWS };
const TAKEN = { email: "This is the address of another contact." };

function typedOf(contact: Contact): TypedContact {
  const { email, name, first_name, last_name, attributes } = contact;
  const rows = Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value: String(value ?? "") }));
  return { ...BLANK, values: { email, name, first_name, last_name }, rows };
}
