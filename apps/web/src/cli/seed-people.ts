import type { Database } from "../db/open.ts";
import { retried } from "../db/retry.ts";
import { registerKeys } from "../features/contacts/contacts.ts";
import { type SuppressionReason, suppress } from "../features/suppressions/suppressions.ts";
import { drawnId, drawsFor } from "./seed-draws.ts";
import { CULTURES } from "./seed-names.ts";
import { insertPeople, type PersonRow } from "./seed-queries.ts";

const DAY_MS = 86_400_000;
/** The first of them joined so long ago. */
const OLDEST_DAYS = 900;
const AT_ONCE = 5_000;

/** An invented contact, and why their address must not be mailed, if so. */
export interface Person extends PersonRow {
  suppressed: SuppressionReason | undefined;
}

/** Adds invented people; who has their addresses already stays as they are. The answer is how many were added. */
export async function addPeople(db: Database, people: readonly Person[]): Promise<number> {
  await registerKeys(db, ["city", "orders", "plan", "signed_up"]);
  let added = 0;
  for (let at = 0; at < people.length; at += AT_ONCE)
    added += await insertPeople(db, people.slice(at, at + AT_ONCE));
  for (const [reason, origin] of ORIGINS) {
    const addresses = people.filter((person) => person.suppressed === reason);
    await retried(() =>
      suppress(
        db,
        addresses.map(({ email }) => email),
        { reason, origin },
      ),
    );
  }
  return added;
}

const ORIGINS: readonly [SuppressionReason, string][] = [
  ["unsubscribed", "Link in “Readers’ letter 3”"],
  ["bounced", "Gateway: 550 no such mailbox"],
  ["complained", "Gateway: reported as spam"],
  ["manual", "Demonstration data"],
];

/** The person of a number: the same for the same seed and time, however many others there are. */
export function inventPerson(seed: number, number: number, now: number): Person {
  const draws = drawsFor(seed, "person", number);
  const culture = draws.pick(CULTURES);
  const [first, firstInAddress] = draws.pick(culture.first);
  const [last, lastInAddress] = draws.pick(culture.last);
  const joined = now - Math.floor(draws.fraction() ** 1.5 * OLDEST_DAYS * DAY_MS);
  const plan = draws.pick(["free", "free", "free", "plus", "plus", "business"]);
  // Equal numbers of two seeds are two people; the first seed's addresses are the plain ones.
  const tail = seed === 1 ? `${number}` : `${number}.${seed}`;
  return {
    id: drawnId(joined, draws),
    email: `${firstInAddress}.${lastInAddress}.${tail}@${draws.pick(["example.com", "example.com", "example.org", "example.net"])}`,
    name: draws.percent(15) ? (culture.familyFirst ? last + first : `${first} ${last}`) : "",
    first_name: draws.percent(95) ? first : "",
    last_name: last,
    attributes: {
      plan,
      signed_up: new Date(joined).toISOString().slice(0, 10),
      orders: plan === "free" ? draws.below(3) : 1 + draws.below(25),
      // Not everybody says where they live: templates have to do without.
      ...(draws.percent(90) && { city: draws.pick(culture.cities) }),
    },
    created_at: new Date(joined).toISOString(),
    suppressed: reasonFor(number),
  };
}

/** One in 25; among a hundred people there is every reason. */
function reasonFor(number: number): SuppressionReason | undefined {
  return number % 25 === 0 ? REASONS[(number / 25) % REASONS.length] : undefined;
}

const REASONS: readonly SuppressionReason[] = [
  "unsubscribed",
  "bounced",
  "complained",
  "manual",
  "unsubscribed",
  "bounced",
  "unsubscribed",
];
