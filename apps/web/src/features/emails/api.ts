import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { found } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import {
  type Email,
  type EmailEventRow,
  isSearch,
  listEmails,
  listEvents,
  readEmail,
} from "./emails.ts";
import { countFacts, type EmailFact, factsOf } from "./facts.ts";
import { emailsFile } from "./export.ts";
import {
  EmailFilterQuery,
  EmailsQuery,
  EmailView,
  EventView,
  ExplainedEmailView,
  FactCounts,
  FactsView,
} from "./forms.ts";
import { whyOf } from "./why.ts";

const TAGS = ["Emails"];

/** The ledger, to be read by programs. */
export function emailsApi(context: Context) {
  const { db } = context;
  return new Elysia({ name: "emails-api", prefix: "/api/v1" })
    .use(api(context))
    .get(
      "/campaigns/:id/emails",
      async ({ params, query }) => {
        const campaign = found(await readCampaign(db, params.id));
        const bySearch = query.fact === undefined && isSearch(query.address);
        const page = apiPage(query, bySearch ? "text" : "id");
        return listAnswer(await listEmails(db, campaign, query, page), emailView);
      },
      {
        permission: "campaigns:read",
        params: ById,
        query: EmailsQuery,
        response: { 200: ListOf(EmailView) },
        detail: {
          summary: "List a campaign's emails",
          description: "With `fact`, those of which that became known, whatever else is asked.",
          tags: TAGS,
        },
      },
    )
    .get(
      "/campaigns/:id/emails/export",
      async ({ params, query }) =>
        emailsFile(db, found(await readCampaign(db, params.id)), query, { mark: false }),
      {
        permission: "campaigns:read",
        params: ById,
        query: EmailFilterQuery,
        detail: {
          summary: "Read a campaign's emails with their recipients, as a CSV",
          description:
            "In the order of the audience, or of addresses where one is sought. With `fact`, those of which that became known.",
          responses: { 200: { description: "A CSV", content: { "text/csv": {} } } },
          tags: TAGS,
        },
      },
    )
    .get(
      "/emails/:id",
      async ({ params }) => {
        const email = found(await readEmail(db, params.id));
        return { ...emailView(email), why: await whyOf(db, email) };
      },
      {
        permission: "campaigns:read",
        params: ById,
        response: { 200: ExplainedEmailView },
        detail: { summary: "Read an email, and why it is where it is", tags: TAGS },
      },
    )
    .get(
      "/emails/:id/facts",
      async ({ params }) => {
        found(await readEmail(db, params.id));
        return { items: (await factsOf(db, params.id)).map(factView) };
      },
      {
        permission: "campaigns:read",
        params: ById,
        response: { 200: FactsView },
        detail: {
          summary: "List what became known of an email beside its transitions",
          description:
            "What its recipient did, and what its gateway told later, by when it happened.",
          tags: TAGS,
        },
      },
    )
    .get(
      "/campaigns/:id/facts",
      async ({ params }) => {
        found(await readCampaign(db, params.id));
        return countFacts(db, params.id);
      },
      {
        permission: "campaigns:read",
        params: ById,
        response: { 200: FactCounts },
        detail: {
          summary: "Count a campaign's emails by what became known of them",
          description: "Each email once a kind; a kind that nothing is known of is left out.",
          tags: TAGS,
        },
      },
    )
    .get(
      "/emails/:id/events",
      async ({ params, query }) => {
        const page = found(await listEvents(db, params.id, apiPage(query, "number")));
        return listAnswer(page, (event) => eventView(params.id, event));
      },
      {
        permission: "campaigns:read",
        params: ById,
        query: ListQuery,
        response: { 200: ListOf(EventView) },
        detail: { summary: "List the transitions of an email, over all its runs", tags: TAGS },
      },
    );
}

function emailView(email: Email) {
  const { id, campaign_id, contact_id, address, run, seq, state, attempt } = email;
  const at = email.changed_at.toISOString();
  return { id, campaign_id, contact_id, address, run, seq, state, at, attempt, ...restOf(email) };
}

function factView({ kind, at, source, detail }: EmailFact) {
  return { kind, at: at.toISOString(), source, detail };
}

function eventView(id: string, event: EmailEventRow) {
  const { run, seq, state, attempt } = event;
  const at = (event.at ?? event.received_at).toISOString();
  return { id, run, seq, event: event.event, state, at, attempt, ...restOf(event) };
}

function restOf({
  message_id,
  gateway_id,
  due_at,
  error_code,
  error_detail,
}: Pick<EmailEventRow, "message_id" | "gateway_id" | "due_at" | "error_code" | "error_detail">) {
  return {
    message_id,
    gateway_id,
    due_at: due_at?.toISOString() ?? null,
    error: error_code === null ? null : { code: error_code, detail: error_detail },
  };
}
