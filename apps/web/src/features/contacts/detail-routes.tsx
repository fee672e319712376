import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found } from "../../http/faults.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { optOutsOf } from "../segments/opt-outs.ts";
import { listSegmentChoices, segmentsOfContact } from "../segments/segments.ts";
import { readSuppression, suppressByHand } from "../suppressions/suppressions.ts";
import { originOf } from "../suppressions/words.ts";
import { readContact } from "./contacts.ts";
import { ContactPage } from "./detail-views.tsx";
import { readHistory, summariseHistory } from "./history.ts";
import { titleOf } from "./names.ts";

/** Emails of a contact on one page. */
const HISTORY = 20;

/** The page of one contact, and whether they are mailed. */
export function contactDetailPages(context: Context) {
  const { db, clock } = context;
  const readOne = { permission: "contacts:read", params: ById } as const;
  const writeOne = { permission: "contacts:write", params: ById } as const;

  return new Elysia({ name: "contact-details", prefix: "/contacts" })
    .use(pages(context))
    .get(
      "/:id",
      async ({ params, request, show, csrf, user }) => {
        const contact = found(await readContact(db, params.id));
        const [suppression, segments, optOuts, lists, history, counts] = await Promise.all([
          readSuppression(db, contact.email),
          segmentsOfContact(db, contact.id),
          optOutsOf(db, contact.id),
          listSegmentChoices(db),
          readHistory(db, contact.id, askedPage(request, "id", HISTORY)),
          summariseHistory(db, contact.id),
        ]);
        const { next, previous } = pageLinks(request, history);
        const joined = new Set(segments.map(({ id }) => id));
        return show(
          { title: titleOf(contact) },
          <ContactPage
            csrf={csrf}
            now={clock.now()}
            contact={contact}
            suppression={suppression}
            segments={segments}
            optOuts={optOuts}
            lists={lists.segments.filter(({ id }) => !joined.has(id))}
            moreLists={lists.more}
            history={history}
            counts={counts}
            older={next}
            newer={previous}
            mayWrite={can(user, "contacts:write")}
            maySegment={can(user, "segments:write")}
          />,
        );
      },
      readOne,
    )
    .post(
      "/:id/suppression",
      async ({ params, leave, user }) => {
        const contact = found(await readContact(db, params.id));
        const why = { reason: "manual", origin: originOf(user) } as const;
        await suppressByHand(db, contact.canonical_email, why);
        return leave(`/contacts/${contact.id}`, `${contact.email} is not mailed any more.`);
      },
      writeOne,
    );
}
