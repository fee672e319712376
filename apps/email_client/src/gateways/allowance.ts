import { domainToASCII } from "node:url";
import { limitOf, type Slowdown, type Slowed } from "./slowdown.ts";

/**
 * What a gateway may be asked to take, in attempts a second: of all together, and to each recipient domain. Null is no
 * limit.
 */
export interface Allowance {
  ratePerSecond: number | null;
  /** To each domain that has no rate of its own. */
  domainRate: number | null;
  domainRates: ReadonlyMap<string, number>;
  /** What is slowed down for now, below those rates. */
  slowdown: Slowdown;
}

/** The allowance of the gateway with this id. */
export interface GatewayAllowance extends Allowance {
  id: string;
}

/** Whether it matters to whom the next email goes. */
export function isLimitedByDomain({ domainRate, domainRates, slowdown }: Allowance): boolean {
  return domainRate !== null || domainRates.size > 0 || slowdown.domains.size > 0;
}

/** A rate as it is configured, which names it, and as it holds now. Null is no limit. */
export interface Rate {
  configured: number | null;
  effective: number | null;
}

export function rateNow({ ratePerSecond, slowdown }: Allowance, now: number): Rate {
  return { configured: ratePerSecond, effective: slowedTo(ratePerSecond, slowdown.all, now) };
}

export function rateOfDomainNow(allowance: Allowance, domain: string, now: number): Rate {
  const configured = rateOfDomain(allowance, domain);
  const effective = slowedTo(configured, allowance.slowdown.domains.get(domain), now);
  return { configured, effective };
}

/** A rate as it holds now. */
export function slowedTo(
  configured: number | null,
  slowed: Slowed | undefined,
  now: number,
): number | null {
  const limit = slowed && limitOf(slowed, now);
  return limit === undefined || (configured !== null && configured < limit) ? configured : limit;
}

export function rateOfDomain(
  { domainRate, domainRates }: Allowance,
  domain: string,
): number | null {
  return domainRates.get(domain) ?? domainRate;
}

/** The recipient domain of an address, as rates are set for it: in lower-case ASCII. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return /[^ -~]/.test(domain) ? domainToASCII(domain) || domain : domain;
}
