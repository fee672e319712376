import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "@mailwright/email_machine";
import { type Content, contentHash, type Report } from "@mailwright/protocol";
import { compileEmail } from "@mailwright/template";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Queryable } from "../db/open.ts";
import { liftStatementTimeout } from "../db/statement-timeout.ts";
import { noteActivity } from "../features/campaigns/activity.ts";
import { createCampaign } from "../features/campaigns/campaigns.ts";
import { keepContent, launchDraft, markLaunching } from "../features/campaigns/launch-queries.ts";
import { setState } from "../features/campaigns/steering-queries.ts";
import {
  backToDraft,
  beginSending,
  freezeAudience,
  takeFreeze,
} from "../features/dispatch/freeze-queries.ts";
import { applyReports } from "../features/reports/queries.ts";
import { audienceCondition } from "../features/segments/audience.ts";
import { contentSender, readSettings } from "../features/settings/settings.ts";
import { drawnId, drawsFor } from "./seed-draws.ts";
import type { Plan } from "./seed-plans.ts";
import { antedate, batchAnew, campaignNamed, queuedEmails } from "./seed-queries.ts";
import { type Beginning, liveOrdinarily, liveUntilCancelled } from "./seed-stories.ts";

/** Emails a second that the demonstration's gateway takes. */
const RATE = 200;
/** Emails whose reports are written in one statement. */
const AT_ONCE = 800;

export type CampaignContext = Pick<Context, "db" | "gatewayWatch" | "clock">;

/**
 * Makes a campaign of the demonstration, if it is not there yet; the answer is how many emails it has. Everything that
 * follows the draft is one transaction: nobody else ever sees the campaign sending, and so nobody sends it.
 */
export async function addCampaign(
  context: CampaignContext,
  plan: Plan,
  actor: string,
): Promise<number> {
  const { db } = context;
  const existing = await campaignNamed(db, plan.name, actor);
  if (existing !== undefined && existing.state !== "draft") return 0;
  const id = existing?.id ?? (await draftOf(context, plan, actor));
  const gateway = await gatewayOf(context, plan);
  return db.transaction(async (tx) => {
    await liftStatementTimeout(tx);
    const emails = plan.ending === "draft" ? 0 : await send(tx, id, plan, { gateway, actor });
    if (emails === 0)
      await antedate(tx, id, { created: plan.created, launched: undefined, ended: undefined });
    return emails;
  });
}

async function draftOf(context: CampaignContext, plan: Plan, actor: string): Promise<string> {
  const { name, template_id, segment_ids } = plan;
  const draft = {
    name,
    template_id,
    segment_ids,
    gateway_id: null,
    when_uncertain: "hold" as const,
  };
  const made = await createCampaign(context, draft, actor);
  if (made.kind === "created") return made.id;
  throw new Error(`a campaign of the demonstration was refused: ${JSON.stringify(made.faults)}`);
}

/** The default gateway, or when the email client cannot say which that is, one that there never was. */
async function gatewayOf({ gatewayWatch }: CampaignContext, plan: Plan): Promise<string> {
  const seen = await gatewayWatch.look();
  const gateways = seen.kind === "seen" ? seen.view.gateways : [];
  return (
    gateways.find((gateway) => gateway.default)?.id ??
    drawnId(plan.created.getTime(), drawsFor("gateway"))
  );
}

/** Freezes the audience, and has its emails live as far as the plan says. Zero when nobody was in its segments. */
async function send(
  tx: Queryable,
  id: string,
  plan: Plan,
  { gateway, actor }: { gateway: string; actor: string },
): Promise<number> {
  const frozen = await freeze(tx, id, plan, { gateway, actor });
  if (frozen === 0) return 0;
  const emails = shuffled(await queuedEmails(tx, id), plan.name);
  const half = Math.floor(emails.length / 2);
  const [now, later] =
    plan.ending === "finished" ? [emails, []] : [emails.slice(0, half), emails.slice(half)];
  const beginnings = (of: typeof emails, from: number) =>
    of.map(({ id: email, address }, index): Beginning => ({
      id: email,
      at: from + (index * 1_000) / RATE,
      gateway,
      policy: POLICY,
      draws: drawsFor(plan.name, address),
    }));
  let ended = await apply(tx, beginnings(now, plan.launched.getTime()), liveOrdinarily);
  if (plan.ending === "paused") {
    await setState(tx, id, "paused");
    await noteActivity(tx, id, actor, "paused");
  }
  if (plan.ending === "cancelled") {
    await setState(tx, id, "cancelling");
    await noteActivity(tx, id, actor, "cancelled");
    ended = await apply(tx, beginnings(later, ended), liveUntilCancelled);
  }
  await batchAnew(tx, id);
  await antedate(tx, id, { ...plan, ended: new Date(ended) });
  return frozen;
}

/** What a launch and the dispatcher do with a draft, as of the time of the plan. Answers how many emails that made. */
async function freeze(
  tx: Queryable,
  id: string,
  plan: Plan,
  { gateway, actor }: { gateway: string; actor: string },
): Promise<number> {
  const draft = await launchDraft(tx, id);
  if (!draft?.template) throw new Error("a draft of the demonstration has lost its template");
  const content = await contentOf(tx, plan, id, draft.template);
  const hash = contentHash(content);
  await keepContent(tx, hash, content);
  const marks = {
    hash,
    gateway,
    version: draft.template.version,
    segments: draft.segments.map(({ name }) => name),
  };
  if (!(await markLaunching(tx, id, draft.revision, marks)))
    throw new Error("a draft of the demonstration is none");
  await noteActivity(tx, id, actor, "launched");
  const launch = (await takeFreeze(tx, id)) ?? "";
  // Whoever came later was not there to be mailed.
  const audience = sql`${audienceCondition(draft.segments)} AND "contact"."created_at" < ${plan.launched.toISOString()}::timestamptz`;
  const frozen = await freezeAudience(tx, id, audience);
  if (frozen.queued === 0) {
    await backToDraft(tx, id, launch, "Nobody in its segments could be mailed.");
    return 0;
  }
  await beginSending(tx, id, launch, frozen);
  return frozen.queued + frozen.skipped;
}

async function contentOf(
  tx: Queryable,
  { name }: Plan,
  id: string,
  template: Parameters<typeof compileEmail>[0],
): Promise<Content> {
  const compiled = compileEmail(template);
  if (!compiled.ok) throw new Error("a template of the demonstration does not compile");
  const settings = await readSettings(tx);
  return {
    campaign: { id, name },
    template: compiled.content,
    sender:
      settings.from_email === ""
        ? {
            name: "Lantern Books",
            email: "news@example.com",
            postal_address: "7 Lamp Lane, Exampletown",
          }
        : contentSender(settings),
    headers: {},
    policy: {
      attempts: POLICY.attempts,
      first_wait_s: POLICY.firstWaitMs / 1_000,
      max_wait_s: POLICY.maxWaitMs / 1_000,
      max_age_s: POLICY.maxAgeMs / 1_000,
      when_uncertain: POLICY.whenUncertain,
    },
  };
}

/** Not that of the settings: with waits of hours the past would reach into the future. */
const POLICY: RetryPolicy = DEFAULT_RETRY_POLICY;

/** Writes the lives of emails into the ledger, and says when the last of them ended. */
async function apply(
  tx: Queryable,
  beginnings: readonly Beginning[],
  live: (beginning: Beginning) => Report[],
): Promise<number> {
  let last = 0;
  for (let at = 0; at < beginnings.length; at += AT_ONCE) {
    const reports = beginnings.slice(at, at + AT_ONCE).flatMap(live);
    for (const report of reports) last = Math.max(last, report.at);
    await applyReports(tx, reports);
  }
  return last;
}

/** In an order that depends on nothing but the addresses, and on the alphabet not at all. */
function shuffled<T extends { address: string }>(emails: readonly T[], word: string): T[] {
  return emails
    .map((email) => ({ email, key: drawsFor(word, "order", email.address).fraction() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ email }) => email);
}
