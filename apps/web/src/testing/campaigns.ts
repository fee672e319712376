import { sql } from "drizzle-orm";
import { EMAIL_STATES, type EmailState } from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import type { SettingsView } from "@mailwright/protocol";
import type { Config } from "../config.ts";
import type { Context, Parts } from "../context.ts";
import { createCampaign } from "../features/campaigns/campaigns.ts";
import { testContext } from "./context.ts";
import { type EmailClientStandIn, emailClientStandIn } from "./email-client-stand-in.ts";

/** A web with all that a campaign needs, and a stand-in for the email client that has one gateway. */
export interface CampaignFixture extends AsyncDisposable {
  context: Context;
  standIn: EmailClientStandIn;
  /** The ids of one segment with all contacts, of one template and of the gateway. */
  segment: string;
  template: string;
  gateway: string;
  /** Makes a draft of them. */
  draft(name?: string): Promise<string>;
}

export async function campaignFixture(
  contacts: number,
  parts: Omit<Parts, "emailClient"> & { config?: Partial<Config> } = {},
): Promise<CampaignFixture> {
  const stack = new AsyncDisposableStack();
  const standIn = stack.use(emailClientStandIn());
  const gateway = newId();
  standIn.answerAlways("GET /v1/settings", settingsWith(gateway));
  const context = stack.use(await testContext({ ...parts, emailClient: standIn.client }));
  const { db } = context;
  // No page waits long for the first look, so on a busy machine it would be shown without.
  await context.gatewayWatch.refresh();
  const [segment, template] = [newId(), newId()];
  await db.execute(
    sql`UPDATE "setting" SET "from_name" = 'Acme', "from_email" = 'news@example.com', "postal_address" = '1 Road'`,
  );
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "first_name")
    SELECT 'p' || n || '@example.com', 'p' || n || '@example.com', 'P' || n FROM generate_series(1, ${contacts}) AS n
  `);
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${segment}, 'Everybody')`);
  await db.execute(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id") SELECT ${segment}::uuid, "id" FROM "contact"
  `);
  await addTemplate(context, template, "News", "Hi {{ contact.first_name }}");
  return {
    context,
    standIn,
    segment,
    template,
    gateway,
    async draft(name = "Spring sale") {
      const made = await createCampaign(
        context,
        {
          name,
          template_id: template,
          segment_ids: [segment],
          gateway_id: null,
          when_uncertain: "hold",
        },
        "Anna",
      );
      if (made.kind !== "created") throw new Error("the draft of a fixture was refused");
      return made.id;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export async function addTemplate(
  { db }: Pick<Context, "db">,
  id: string,
  name: string,
  subject: string,
): Promise<void> {
  await db.execute(sql`INSERT INTO "template" ("id", "name") VALUES (${id}, ${name})`);
  await db.execute(sql`
    INSERT INTO "template_version" ("template_id", "version", "kind", "subject", "body", "created_by")
    VALUES (${id}, 1, 'text', ${subject}, 'Hello {{ contact.first_name }}', 'Anna')
  `);
}

/** What `launchedWith` writes of each email, besides its state. */
export interface Ending {
  error_code?: string;
  error_detail?: string;
}

/**
 * Turns a draft into a launched campaign with so many emails in each state, as if it had been sent; the answer is their
 * ids, by state.
 */
export async function launchedWith(
  { context: { db } }: Pick<CampaignFixture, "context">,
  campaign: string,
  state: "sending" | "paused" | "cancelling" | "cancelled" | "finished",
  counts: Partial<Record<EmailState, number>>,
  endings: Partial<Record<EmailState, Ending>> = {},
): Promise<Record<EmailState, string[]>> {
  const ids = {} as Record<EmailState, string[]>;
  let taken = 0;
  for (const each of EMAIL_STATES) {
    const emails = counts[each] ?? 0;
    const { error_code = null, error_detail = null } = endings[each] ?? {};
    const rows = await db.execute<{ id: string }>(sql`
      INSERT INTO "email" ("campaign_id", "contact_id", "address", "state", "seq", "attempt", "error_code", "error_detail")
      SELECT ${campaign}::uuid, "id", "email", ${each}::"email_state", 2, 1, ${error_code}, ${error_detail}
      FROM "contact" ORDER BY "id" OFFSET ${taken} LIMIT ${emails} RETURNING "id"
    `);
    if (rows.length < emails) throw new Error("the fixture has too few contacts");
    ids[each] = rows.map(({ id }) => id);
    taken += emails;
  }
  await db.execute(sql`
    INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code", "error_detail")
    SELECT "id", 1, "step", CASE "step" WHEN 1 THEN 'START' ELSE 'REJECTED' END,
      CASE "step" WHEN 1 THEN 'sending' ELSE "state" END, now(), 1, "error_code", "error_detail"
    FROM "email", generate_series(1, 2) AS "step" WHERE "campaign_id" = ${campaign}
  `);
  const set = sql.join(
    EMAIL_STATES.map((each) => sql`${sql.identifier(each)} = ${counts[each] ?? 0}`),
    sql`, `,
  );
  await db.execute(sql`
    UPDATE "campaign" SET ${set}, "audience" = ${taken}, "state" = ${state}::"campaign_state", "launched_at" = now(),
      "finished_at" = CASE WHEN ${state} IN ('finished', 'cancelled') THEN now() END, "updated_at" = now()
    WHERE "id" = ${campaign}
  `);
  return ids;
}

/** What the email client says when it has one gateway, which is the default and set up: a stand-in, if no `url` is given. */
export function settingsWith(gateway: string, url = "http://localhost:5052/email"): SettingsView {
  return {
    gateways: [
      {
        id: gateway,
        name: "Main gateway",
        kind: "seed",
        settings: { url },
        secrets: ["password"],
        rate_per_second: null,
        domain_rate_per_second: null,
        domain_rates: {},
        default: true,
        complete: true,
        breaker: "closed",
      },
    ],
    kinds: [
      {
        kind: "seed",
        title: "HTTP gateway",
        description: "Posts JSON.",
        fields: [{ name: "url", label: "Endpoint", type: "url", required: true, secret: false }],
        capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
      },
    ],
  };
}
