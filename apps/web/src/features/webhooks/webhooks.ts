import type { Clock, Log } from "@mailwright/platform";
import { bounceClass, type BounceClass, type Report, type WebhookFact } from "@mailwright/protocol";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { storable } from "../../db/storable.ts";
import { noteFacts, type ToldFact } from "../emails/facts.ts";
import { confirm } from "../reports/confirm.ts";
import { applyPolicy, type News } from "./policy.ts";
import { type Concerned, lockConcerned } from "./queries.ts";

export interface WebhookContext {
  db: Database;
  clock: Clock;
  log: Log;
}

/** Who tells: a gateway, as it is known here, by its kind and by its name. */
export interface Teller {
  id: string;
  kind: string;
  name: string;
}

/** What became of facts: new ones, those that were known, and those of emails that this gateway was never given. */
export interface FactsTaken {
  taken: number;
  repeated: number;
  unknown: number;
  /** Emails in doubt that are settled by them. */
  settled: number;
}

/**
 * Takes what a gateway tells of emails, each fact once, with all that follows from it: an address that is suppressed, an email
 * in doubt that is settled. All of it is committed when this returns, or nothing is.
 */
export async function takeFacts(
  { db, clock, log }: WebhookContext,
  teller: Teller,
  facts: readonly WebhookFact[],
): Promise<FactsTaken> {
  if (facts.length === 0) return { taken: 0, repeated: 0, unknown: 0, settled: 0 };
  return retried(() =>
    db.transaction(async (tx) => {
      const emails = await lockConcerned(tx, teller.id, [
        ...new Set(facts.map(({ email }) => email)),
      ]);
      const known = facts.filter(({ email }) => emails.has(email));
      const kept = known.filter(({ kind }) => kind !== "accepted");
      const news = await noteNews(tx, teller, kept, emails);
      // Campaigns are locked before suppressions, as where reports are taken.
      const settled = await confirm(tx, clock.now(), teller.id, confirmations(known));
      await applyPolicy(tx, log, teller, news);
      return {
        taken: news.length,
        repeated: kept.length - news.length,
        unknown: facts.length - known.length,
        settled,
      };
    }),
  );
}

/**
 * Counts what servers refused while an email was sent to them as the bounce it is: a mailbox that does not exist is not mailed
 * again, whether its server said so at once or later. A refusal for another reason says nothing against the address. In the
 * transaction of the caller, who has the emails locked.
 */
export async function takeRefusals(
  tx: Queryable,
  log: Log,
  reports: readonly Report[],
): Promise<void> {
  const refused = reports.filter((report) => refusalClass(report) !== "block");
  for (const gateway of new Set(refused.map((report) => report.gateway))) {
    const facts = refused
      .filter((report) => report.gateway === gateway)
      .map((report) => refusalFact(report));
    const emails = await lockConcerned(
      tx,
      gateway,
      facts.map(({ email }) => email),
    );
    const known = facts.filter(({ email }) => emails.has(email));
    const teller = { kind: "smtp", name: "refused by its server" };
    await applyPolicy(tx, log, teller, await noteNews(tx, teller, known, emails));
  }
}

function refusalClass({ event, error }: Report): BounceClass {
  if (event !== "REJECTED" || error?.status === undefined) return "block";
  return bounceClass(error.status, "block");
}

function refusalFact(report: Report): WebhookFact {
  const { id: email, at, run, seq, error } = report;
  return {
    email,
    kind: "bounced",
    at,
    key: `${run}.${seq}`,
    bounce: refusalClass(report),
    ...(error?.status !== undefined && { status: error.status }),
    ...(error?.detail !== undefined && { detail: error.detail }),
  };
}

async function noteNews(
  tx: Queryable,
  { kind: source }: Pick<Teller, "kind">,
  facts: readonly WebhookFact[],
  emails: ReadonlyMap<string, Concerned>,
): Promise<News[]> {
  const written = await noteFacts(
    tx,
    facts.map((fact) => toldFact(fact, source)),
  );
  return written.flatMap((fact) => {
    const email = emails.get(fact.email_id);
    return email === undefined ? [] : [{ fact, email }];
  });
}

function toldFact({ email, kind, at, key, ...more }: WebhookFact, source: string): ToldFact {
  const { bounce, status, detail } = more;
  if (kind === "accepted") throw new TypeError("an acceptance is no fact to be kept");
  return {
    email_id: email,
    kind,
    at: new Date(at),
    source,
    // A provider's id may be anything, and may be the same for another kind of event.
    dedupe_key: storable(`${source} ${kind} ${key}`),
    detail: {
      ...(bounce !== undefined && { class: bounce }),
      ...(status !== undefined && { status }),
      ...(detail !== undefined && { text: storable(detail) }),
    },
  };
}

/** Whatever is told of an email says that the gateway has it. */
function confirmations(facts: readonly WebhookFact[]): Map<string, string | undefined> {
  return new Map(
    facts.map(({ email, message_id: id }) => [email, id === undefined ? undefined : storable(id)]),
  );
}
