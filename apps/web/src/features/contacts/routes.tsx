import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { parseQuery, requireFit } from "../../http/forms.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { pages } from "../../http/pages.tsx";
import { listSegmentChoices, listSegments, readSegment } from "../segments/segments.ts";
import { countContacts } from "./contacts.ts";
import { csvFile } from "./csv.ts";
import { contactDeletionPages } from "./deletion-routes.tsx";
import { contactDetailPages } from "./detail-routes.tsx";
import { exportContacts } from "./export.ts";
import { contactFormPages } from "./form-routes.tsx";
import { CONTACT_SORTS, ContactsQuery } from "./forms.ts";
import { ContactsPage, type ListQuery } from "./list-views.tsx";
import { listContacts } from "./listing.ts";
import { contactMembershipPages } from "./membership-routes.tsx";
import { contactOptOutPages } from "./opt-out-routes.tsx";

/** So many segments stand in the filter; more than that nobody looks through. */
const MOST_SEGMENTS = 100;

/** Contacts: the list, its export, and the pages of each. */
export function contactPages(context: Context) {
  const { db, clock } = context;
  const read = { permission: "contacts:read" } as const;

  const list = new Elysia({ name: "contact-list", prefix: "/contacts" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, csrf, user }) => {
        const query = listQuery(request);
        const { sort: by, direction } = query;
        const asked = askedPage(request, CONTACT_SORTS[by]);
        const [list, everybody, filter, lists] = await Promise.all([
          listContacts(db, filterOf(query), { by, direction }, asked),
          countContacts(db),
          segmentChoices(query.segment),
          listSegmentChoices(db),
        ]);
        return show(
          { title: "Contacts", width: "wide" },
          <ContactsPage
            csrf={csrf}
            now={clock.now()}
            contacts={list.items}
            everybody={everybody}
            total={list.total}
            query={query}
            segments={filter.segments}
            moreSegments={filter.more}
            lists={can(user, "segments:write") ? lists.segments : []}
            moreLists={lists.more}
            {...pageLinks(request, list)}
            mayWrite={can(user, "contacts:write")}
          />,
        );
      },
      read,
    )
    .get(
      "/export",
      ({ request }) => {
        requireFit(ContactsQuery, request);
        const day = new Date(clock.now()).toISOString().slice(0, 10);
        const rows = exportContacts(context, filterOf(listQuery(request)));
        return csvFile(`contacts-${day}.csv`, rows);
      },
      read,
    );
  return new Elysia({ name: "contacts" })
    .use(list)
    .use(contactFormPages(context))
    .use(contactDetailPages(context))
    .use(contactMembershipPages(context))
    .use(contactOptOutPages(context))
    .use(contactDeletionPages(context));

  /** The segments to look through, the chosen one among them; `more` says that these are not all. */
  async function segmentChoices(chosen: string | undefined) {
    const { segments } = await listSegments(
      db,
      "",
      { by: "name", direction: "ascending" },
      { limit: MOST_SEGMENTS },
    );
    const listed = segments.items.some(({ id }) => id === chosen);
    const other = chosen === undefined || listed ? undefined : await readSegment(db, chosen);
    return {
      segments: other === undefined ? segments.items : [other, ...segments.items],
      more: segments.next !== undefined,
    };
  }
}

/** The newest come first, addresses and names from A, unless the address says otherwise. */
function listQuery(request: Request): ListQuery {
  const { direction, ...query } = parseQuery(ContactsQuery, request);
  return {
    ...query,
    direction: direction ?? (query.sort === "added" ? "descending" : "ascending"),
  };
}

function filterOf({ q, segment, standing }: ListQuery) {
  return { search: q, segment, standing };
}
