import { DOMAIN_RATES_LIMIT, DomainRates } from "@mailwright/protocol";
import { Value } from "@sinclair/typebox/value";
import { parseDomain } from "../contacts/address.ts";

type Parsed = { ok: true; value: Record<string, number> } | { ok: false; message: string };

/** Rates of single recipient domains as they are typed: a line each, the domain and what it may get a second. */
export function parseDomainRates(text: string): Parsed {
  const rates = new Map<string, number>();
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const [, typed = "", rate = ""] = /^@?(\S+?)[\s:=,]+(\d+(?:\.\d+)?)$/.exec(line) ?? [];
    const domain = parseDomain(typed);
    const value = { [domain.ok ? domain.ascii : ""]: Number(rate) };
    if (typed === "" || !domain.ok || !Value.Check(DomainRates, value))
      return refuse(`“${line}” is not a domain and a rate above 0, such as “example.com 20”.`);
    if (rates.has(domain.ascii)) return refuse(`“${typed}” stands there twice: leave one.`);
    rates.set(domain.ascii, Number(rate));
  }
  return rates.size > DOMAIN_RATES_LIMIT
    ? refuse(`Name at most ${DOMAIN_RATES_LIMIT} domains; these are ${rates.size}.`)
    : { ok: true, value: Object.fromEntries(rates) };
}

export function domainRatesAsTyped(rates: Readonly<Record<string, number>>): string {
  return Object.entries(rates)
    .map(([domain, rate]) => `${domain} ${rate}`)
    .toSorted()
    .join("\n");
}

function refuse(message: string): Parsed {
  return { ok: false, message };
}
