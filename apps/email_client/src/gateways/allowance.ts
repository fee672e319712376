import { domainToASCII } from "node:url";

/**
 * What a gateway may be asked to take, in attempts a second: of all together, and to each recipient domain. Null is no
 * limit.
 */
export interface Allowance {
  ratePerSecond: number | null;
  /** To each domain that has no rate of its own. */
  domainRate: number | null;
  domainRates: ReadonlyMap<string, number>;
}

/** Whether it matters to whom the next email goes. */
export function isLimitedByDomain({ domainRate, domainRates }: Allowance): boolean {
  return domainRate !== null || domainRates.size > 0;
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
  return domainToASCII(domain) || domain;
}
