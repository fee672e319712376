import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { EmailStateSchema } from "@mailwright/protocol";
import { EMAIL_FACT_KINDS } from "../../campaign-words.ts";
import type { Context } from "../../context.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { oneOf, parseForm, parseQuery, requireFit } from "../../http/forms.ts";
import { pages } from "../../http/pages.tsx";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { type EmailFilter, isSearch, listEmails, recipientsOf } from "../emails/emails.ts";
import { whereaboutsAt } from "../emails/explanation.ts";
import { emailsFile } from "../emails/export.ts";
import { latestFactsOf } from "../emails/facts.ts";
import { readCampaign } from "./campaigns.ts";
import { requeueAddress } from "./confirm-views.tsx";
import { campaignProps } from "./detail-routes.tsx";
import { RequeueInput } from "./forms.ts";
import { cannotRequeue, requeuedMessage } from "./order-routes.tsx";
import { requeueUnlessTwice } from "./orders.ts";
import { recipientsAddress, RecipientsPage } from "./recipients-views.tsx";

const RecipientsQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 254 }),
  state: Type.Optional(EmailStateSchema),
  reason: Type.Optional(Type.String({ pattern: "^[a-z_]{1,40}$" })),
  fact: Type.Optional(oneOf(EMAIL_FACT_KINDS)),
});

/** A campaign's emails, one a recipient. */
export function recipientPages(context: Context) {
  const { db, clock } = context;
  const readOne = { permission: "campaigns:read", params: ById } as const;
  const sendOne = { permission: "campaigns:send", params: ById } as const;

  return new Elysia({ name: "campaign-recipients", prefix: "/campaigns" })
    .use(pages(context))
    .get(
      "/:id/recipients",
      async (tools) => {
        const { request, params } = tools;
        const campaign = found(await readCampaign(db, params.id));
        const filter = filterOf(request);
        const asked = askedPage(request, isSearch(filter.address) ? "text" : "id");
        const page = await listEmails(db, campaign, filter, asked);
        const [contacts, facts] = await Promise.all([
          recipientsOf(db, page.items),
          latestFactsOf(
            db,
            page.items.map(({ id }) => id),
            filter.fact,
          ),
        ]);
        const whereabouts =
          page.items.length === 0 && filter.address !== undefined
            ? await whereaboutsAt(db, campaign.id, filter.address)
            : undefined;
        return tools.show(
          { title: `Recipients of ${campaign.name}`, width: "wide" },
          <RecipientsPage
            {...campaignProps(tools, campaign, clock.now())}
            emails={page.items}
            contacts={contacts}
            filter={filter}
            facts={facts}
            whereabouts={whereabouts}
            {...pageLinks(request, page)}
          />,
        );
      },
      readOne,
    )
    .get(
      "/:id/recipients/export",
      async ({ params, request }) => {
        const campaign = found(await readCampaign(db, params.id));
        requireFit(RecipientsQuery, request);
        return emailsFile(db, campaign, filterOf(request));
      },
      readOne,
    )
    .post(
      "/:id/requeue-selected",
      async ({ params, request, form, user, leave }) => {
        const campaign = found(await readCampaign(db, params.id));
        const posted = parseForm(RequeueInput, form);
        const recipients = recipientsAddress(campaign.id, filterOf(request));
        if (!posted.ok) return leave(recipients, NOTHING_SELECTED);
        const { states, email_ids: emails = [] } = posted.value;
        if (emails.length === 0) return leave(recipients, NOTHING_SELECTED);
        const requeue = await requeueUnlessTwice(context, params.id, user.name, states, emails);
        if (requeue.kind === "perhaps twice")
          return leave(requeueAddress(params.id, { states, emails }));
        if (requeue.kind === "unknown") throw new NotFoundError();
        if (requeue.kind === "obstructed") throw new ConflictError(requeue.message);
        if (requeue.kind === "refused") throw new ConflictError(cannotRequeue(requeue.state));
        return leave(recipients, requeuedMessage(requeue));
      },
      sendOne,
    );
}

const NOTHING_SELECTED = {
  tone: "info",
  message: "Select some emails first, by the boxes before them.",
} as const;

function filterOf(request: Request): EmailFilter {
  const { q, state, reason, fact } = parseQuery(RecipientsQuery, request);
  if (fact !== undefined) return { fact };
  return { state, reason, address: q === "" ? undefined : q };
}
