import type { EmailFactKind } from "../../campaign-words.ts";
import type { Log } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";
import { parseAddress } from "../contacts/address.ts";
import { suppress, type SuppressionReason } from "../suppressions/suppressions.ts";
import type { News } from "./news.ts";
import { countSoftBounces, takeCountingTurns } from "./queries.ts";

/** So many emails to one address in a row that bounced softly, with none that arrived between them, are taken for a hard bounce. */
export const SOFT_BOUNCES_LIMIT = 3;

/** An email that was sent so many days ago, and of which no bounce was told, is taken to have arrived. */
const QUIET_DAYS = 3;

/**
 * What follows from facts: a hard bounce and a complaint suppress the address at once, soft bounces when there are
 * `SOFT_BOUNCES_LIMIT` in a row; a block says nothing against the address. A complaint and leaving by a link of the provider's
 * are the person's own word, so they hold for the address that they have now as well. Only news count: what was lifted by hand
 * stays lifted when it is told again.
 *
 * To be called once a transaction, after all else: turns to count are locked after emails and campaigns, suppressions last.
 */
export async function applyPolicy(
  tx: Queryable,
  log: Log,
  gateway: { name: string },
  news: readonly News[],
): Promise<void> {
  const bouncedSoftly = news.filter(isSoftBounce).map(({ email }) => email.contact_id);
  if (bouncedSoftly.length > 0) await takeCountingTurns(tx, bouncedSoftly);
  const verdicts = new Map<string, Verdict & { addresses: Set<string> }>();
  for (const each of news) {
    const verdict = await verdictOn(tx, each);
    if (verdict === undefined) continue;
    const origin = `${verdict.what} “${each.email.campaign}” (${gateway.name})`;
    const group = verdicts.get(origin) ?? { ...verdict, addresses: new Set<string>() };
    for (const address of verdict.addresses) group.addresses.add(address);
    verdicts.set(origin, group);
  }
  for (const [origin, { reason, addresses }] of verdicts) {
    const { added } = await suppress(tx, [...addresses], { reason, origin });
    if (added > 0) log.info({ reason, added }, "addresses are suppressed by what a gateway told");
  }
}

function isSoftBounce({ fact }: News): boolean {
  return fact.kind === "bounced" && fact.detail["class"] === "soft";
}

interface Verdict {
  reason: SuppressionReason;
  /** The beginning of the origin, which goes on with the campaign. */
  what: string;
  addresses: Iterable<string>;
}

/** What a person says themselves. */
const OWN_WORDS: Partial<Record<EmailFactKind, Pick<Verdict, "reason" | "what">>> = {
  complained: { reason: "complained", what: "Complaint about" },
  unsubscribed: { reason: "unsubscribed", what: "Unsubscribed from" },
};

async function verdictOn(tx: Queryable, { fact, email }: News): Promise<Verdict | undefined> {
  const mailed = canonical(email.address);
  const own = OWN_WORDS[fact.kind];
  if (own !== undefined) {
    const now = email.canonical ?? "";
    return { ...own, addresses: [...mailed, ...(now === "" ? [] : [now])] };
  }
  if (fact.kind !== "bounced") return undefined;
  switch (fact.detail["class"]) {
    case "hard":
      return { reason: "bounced", what: "Bounce of", addresses: mailed };
    case "soft": {
      const inARow = await countSoftBounces(tx, email.contact_id, email.address, QUIET_DAYS);
      if (inARow < SOFT_BOUNCES_LIMIT) return undefined;
      return {
        reason: "bounced",
        what: `${inARow} bounces in a row, the last of`,
        addresses: mailed,
      };
    }
    default:
      return undefined;
  }
}

/** Of an erased person there is no address left to be mailed. */
function canonical(address: string): string[] {
  const parsed = parseAddress(address);
  return parsed.ok ? [parsed.canonical] : [];
}
