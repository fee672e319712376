import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { apiSorted } from "../../http/sorting.ts";
import { addContact, changeContact, type Contact, readContact } from "./contacts.ts";
import { csvFile } from "./csv.ts";
import { eraseContacts } from "./erasure.ts";
import { exportContacts } from "./export.ts";
import {
  CONTACT_SORTS,
  ContactBody,
  ContactChanges,
  ContactFilterQuery,
  ContactListQuery,
  ContactView,
  PastEmailView,
} from "./forms.ts";
import { readHistory } from "./history.ts";
import { type ContactFilter, listContacts } from "./listing.ts";

const TAGS = { tags: ["Contacts"] };

export function contactsApi(context: Context) {
  const { db } = context;
  const read = { permission: "contacts:read" } as const;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "contacts-api", prefix: "/api/v1/contacts" })
    .use(api(context))
    .get(
      "/",
      async ({ query }) => {
        const { order, page } = apiSorted(query, CONTACT_SORTS);
        return listAnswer(await listContacts(db, filterOf(query), order, page), viewOf);
      },
      {
        ...read,
        query: ContactListQuery,
        response: { 200: ListOf(ContactView) },
        detail: { summary: "List contacts, the newest first unless sorted otherwise", ...TAGS },
      },
    )
    .get(
      "/export",
      ({ query }) =>
        csvFile("contacts.csv", exportContacts(context, filterOf(query)), { mark: false }),
      {
        ...read,
        query: ContactFilterQuery,
        detail: {
          summary: "Read all contacts, or those that a filter leaves, as a CSV",
          description:
            "With the columns email, name, first_name and last_name and one for each attribute, in the order in which they were added. An import of it gives the same contacts; it takes up to 1,000 columns.",
          responses: { 200: { description: "A CSV", content: { "text/csv": {} } } },
          ...TAGS,
        },
      },
    )
    .post(
      "/",
      async ({ body, status }) => {
        const added = await addContact(db, body);
        switch (added.kind) {
          case "added":
            return status(201, viewOf(added.contact));
          case "refused":
            throw new InvalidInputError(added.faults);
          case "duplicate":
            throw taken(added.id);
        }
      },
      {
        ...write,
        body: ContactBody,
        response: { 201: ContactView },
        detail: { summary: "Add a contact", ...TAGS },
      },
    )
    .get("/:id", async ({ params }) => viewOf(found(await readContact(db, params.id))), {
      ...read,
      params: ById,
      response: { 200: ContactView },
      detail: { summary: "Read a contact", ...TAGS },
    })
    .patch(
      "/:id",
      async ({ params, body: { revision, ...changes } }) => {
        const seen = revision === undefined ? {} : { seen: revision };
        const changed = await changeContact(db, params.id, changes, seen);
        switch (changed.kind) {
          case "changed":
            return viewOf(changed.contact);
          case "missing":
            throw new NotFoundError();
          case "refused":
            throw new InvalidInputError(changed.faults);
          case "duplicate":
            throw taken(changed.id);
          case "changed meanwhile":
            throw new ConflictError(
              "Somebody else changed the contact meanwhile. Read it, and make the change from there.",
            );
        }
      },
      {
        ...write,
        params: ById,
        body: ContactChanges,
        response: { 200: ContactView },
        detail: {
          summary: "Change a contact",
          description:
            "What is left out stays. Attributes are merged into those that are there; null takes one away.",
          ...TAGS,
        },
      },
    )
    .delete(
      "/:id",
      async ({ params, status }) => {
        if ((await eraseContacts(db, [params.id])) === 0) throw new NotFoundError();
        return status(204, undefined);
      },
      {
        ...write,
        params: ById,
        response: { 204: Type.Undefined({ description: "Deleted" }) },
        detail: {
          summary: "Delete a contact",
          description:
            "Memberships go with it. Its emails stay counted in their campaigns, without the address.",
          ...TAGS,
        },
      },
    )
    .get(
      "/:id/emails",
      async ({ params, query }) => {
        const { id } = found(await readContact(db, params.id));
        return listAnswer(await readHistory(db, id, apiPage(query)), (email) => ({
          ...email,
          changed_at: email.changed_at.toISOString(),
        }));
      },
      {
        ...read,
        params: ById,
        query: ListQuery,
        response: { 200: ListOf(PastEmailView) },
        detail: { summary: "List what a contact was sent or not, the newest first", ...TAGS },
      },
    );
}

function filterOf({
  search,
  segment_id: segment,
  suppressed,
}: Static<typeof ContactFilterQuery>): ContactFilter {
  const standing = suppressed === undefined ? undefined : suppressed ? "suppressed" : "mailable";
  return { search, segment, standing };
}

function viewOf(contact: Contact) {
  const { canonical_email: _canonical, ...rest } = contact;
  return {
    ...rest,
    created_at: contact.created_at.toISOString(),
    updated_at: contact.updated_at.toISOString(),
  };
}

function taken(id: string): InvalidInputError {
  return new InvalidInputError({
    email: `This is the address of another contact: /api/v1/contacts/${id}`,
  });
}
