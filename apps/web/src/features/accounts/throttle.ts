import type { Queryable } from "../../db/open.ts";
import { forgetTries, giveTryBack, readBlock, takeTry } from "./queries.ts";

/** Tries that cost nothing; each further one doubles the wait, from a second up. */
const FREE_TRIES = { account: 5, address: 20 } as const;
const LONGEST_WAIT_S = 900;
/** After this long without a try everything is forgotten. */
export const MEMORY_S = 3_600;

/** Where a try to sign in aims, and where it comes from. */
export interface Aim {
  email: string;
  address: string | undefined;
}

/**
 * Takes one try to sign in, before the password is looked at: a thousand tries at once are counted like a thousand in a
 * row. Answers how many seconds to wait instead, or 0 for "go on". The account is known by what was typed, whether there
 * is one or not, so the wait gives nothing away.
 */
export async function tryAgainAfter(db: Queryable, aim: Aim, now: number): Promise<number> {
  for (const { subject, free } of subjectsOf(aim)) {
    const taken = await takeTry(db, {
      subject,
      free,
      now,
      longest: LONGEST_WAIT_S,
      memory: MEMORY_S,
    });
    if (taken) continue;
    const until = await readBlock(db, subject);
    return Math.max(1, Math.ceil(((until?.getTime() ?? now) - now) / 1_000));
  }
  return 0;
}

/** Clears the account after a good sign-in, and takes back what it cost the address: an office shares one. */
export async function forgiveTries(db: Queryable, aim: Aim): Promise<void> {
  for (const { subject, kind } of subjectsOf(aim)) {
    if (kind === "account") await forgetTries(db, subject);
    else await giveTryBack(db, subject);
  }
}

function subjectsOf({ email, address }: Aim) {
  const account = {
    kind: "account",
    subject: `account:${digest(email)}`,
    free: FREE_TRIES.account,
  };
  return address === undefined
    ? [account]
    : [
        { kind: "address", subject: `address:${network(address)}`, free: FREE_TRIES.address },
        account,
      ];
}

/** What was typed into a sign-in form may be anything, a password even: it is not kept. */
function digest(email: string): string {
  return new Bun.CryptoHasher("sha256").update(email.trim().toLowerCase()).digest("hex");
}

/** One subscriber has all of a /64 of IPv6. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
