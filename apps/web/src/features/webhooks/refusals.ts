import type { Log } from "@mailwright/platform";
import {
  type BounceClass,
  classOfFailure,
  type Report,
  type WebhookFact,
} from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { type News, noteNews } from "./news.ts";
import { applyPolicy } from "./policy.ts";
import { lockConcerned } from "./queries.ts";

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
  const teller = { kind: "smtp", name: "refused by its server" };
  const news: News[] = [];
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
    news.push(...(await noteNews(tx, teller, known, emails)));
  }
  await applyPolicy(tx, log, teller, news);
}

function refusalClass({ event, error }: Report): BounceClass {
  if (event !== "REJECTED" || error?.status === undefined) return "block";
  return classOfFailure(error.status, error.detail ?? "", "block").bounce;
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
