import { domainOf, type GatewayAllowance, rateOfDomainNow } from "../gateways/allowance.ts";
import type { DomainRate } from "../gateways/rate.ts";
import type { LiveEmail } from "./journal.ts";

interface OutOfTurn {
  configured: number | null;
  since: number;
  until: number;
}

/** So many domains are asked after at once. */
const MOST_DOMAINS = 16;

/**
 * The emails of a batch that nothing is under way for, and whose turn it is: whoever has waited for a retry goes before
 * whoever has not been tried, and whoever's domain is out of turn lets the next one go first.
 */
export class Turns {
  private readonly fresh: LiveEmail[];
  /** In `retrying`, soonest first. */
  private readonly waiting: LiveEmail[];
  private readonly domains = new Map<LiveEmail, string>();
  /** Of each gateway, the domains whose rate allows nothing yet. */
  private readonly outOfTurn = new Map<string, Map<string, OutOfTurn>>();

  constructor(emails: LiveEmail[]) {
    this.fresh = emails.filter(({ record }) => record.state !== "retrying");
    this.waiting = emails.filter(({ record }) => record.state === "retrying").toSorted(byDue);
  }

  /** When the next of them may be tried, but for rates. */
  soonest(): number {
    if (this.fresh.length > 0) return Number.NEGATIVE_INFINITY;
    return this.waiting[0]?.record.due ?? Number.POSITIVE_INFINITY;
  }

  /** It was tried and is to be tried again when it is due. */
  wait(email: LiveEmail): void {
    this.waiting.push(email);
    this.waiting.sort(byDue);
  }

  /** The one whose turn it is, of this domain where one is given. */
  take(now: number, domain?: string): LiveEmail | undefined {
    const isNext = (email: LiveEmail) => domain === undefined || this.domainOf(email) === domain;
    return (
      takeFirst(this.waiting, (email) => isDue(email, now) && isNext(email)) ??
      takeFirst(this.fresh, isNext)
    );
  }

  /**
   * To which domains could be sent now, in the order of the emails, with their rates. Those behind a domain without a
   * rate are not looked at, for its turn it always is.
   */
  candidates(now: number, gateway: GatewayAllowance): DomainRate[] {
    const found = new Map<string, DomainRate>();
    for (const email of this.ready(now)) {
      const domain = this.domainOf(email);
      if (found.has(domain)) continue;
      const rate = rateOfDomainNow(gateway, domain, now);
      if (rate.effective !== null && this.isOutOfTurn(gateway, domain, rate.configured, now))
        continue;
      found.set(domain, { domain, rate });
      if (rate.effective === null || found.size === MOST_DOMAINS) break;
    }
    return [...found.values()];
  }

  /** It is not the turn of a domain's emails by its rate for so long. */
  putOff({ id }: GatewayAllowance, { domain, rate }: DomainRate, now: number, ms: number): void {
    const domains = this.outOfTurn.get(id) ?? new Map<string, OutOfTurn>();
    this.outOfTurn.set(id, domains);
    domains.set(domain, { configured: rate.configured, since: now, until: now + ms });
  }

  /** How long there is no candidate for a gateway, if none is put in. */
  idleMs(now: number, { id }: GatewayAllowance): number {
    const due = this.waiting.find((email) => !isDue(email, now))?.record.due;
    const turns = [...(this.outOfTurn.get(id)?.values() ?? [])].map(({ until }) => until);
    const next = Math.min(due ?? Number.POSITIVE_INFINITY, ...turns.filter((at) => at > now));
    return Math.max(1, next - now);
  }

  private *ready(now: number): Generator<LiveEmail> {
    for (const email of this.waiting) {
      if (!isDue(email, now)) break;
      yield email;
    }
    yield* this.fresh;
  }

  /** What was noted of another rate, or before the clock was set back, counts no more. */
  private isOutOfTurn(
    { id }: GatewayAllowance,
    domain: string,
    configured: number | null,
    now: number,
  ): boolean {
    const off = this.outOfTurn.get(id)?.get(domain);
    return off?.configured === configured && off.since <= now && now < off.until;
  }

  private domainOf(email: LiveEmail): string {
    const known = this.domains.get(email) ?? domainOf(email.recipient?.email ?? "");
    this.domains.set(email, known);
    return known;
  }
}

function takeFirst(
  emails: LiveEmail[],
  isIt: (email: LiveEmail) => boolean,
): LiveEmail | undefined {
  const index = emails.findIndex(isIt);
  return index < 0 ? undefined : emails.splice(index, 1)[0];
}

function isDue({ record }: LiveEmail, now: number): boolean {
  return (record.due ?? 0) <= now;
}

function byDue(a: LiveEmail, b: LiveEmail): number {
  return (a.record.due ?? 0) - (b.record.due ?? 0);
}
