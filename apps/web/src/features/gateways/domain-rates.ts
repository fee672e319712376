import { DOMAIN_RATES_LIMIT, DomainRates } from "@mailwright/protocol";
import { Value } from "@sinclair/typebox/value";
import { parseDomain } from "../contacts/address.ts";

type Parsed = { ok: true; value: Record<string, number> } | { ok: false; message: string };

/** Rates of single recipient domains as they are typed: a line each, the domain and what it may get a second. */
export function parseDomainRates(text: string): Parsed {
  const rates = new Map<string, number>();
  const wrong: string[] = [];
  const repeated: string[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const [, typed = "", rate = ""] = /^@?(\S+?)[\s:=,]+(\d+(?:\.\d+)?)$/.exec(line) ?? [];
    const domain = parseDomain(typed);
    const value = { [domain.ok ? domain.ascii : ""]: Number(rate) };
    if (typed === "" || !domain.ok || !Value.Check(DomainRates, value)) wrong.push(line);
    else if (rates.has(domain.ascii)) repeated.push(typed);
    else rates.set(domain.ascii, Number(rate));
  }
  const faults = [
    ...told(
      wrong,
      "is not a domain and a rate above 0, such as “example.com 20”",
      "are not each a domain and a rate above 0, such as “example.com 20”",
    ),
    ...told(
      repeated,
      "stands there twice: leave one",
      "stand there more than once: leave one of each",
    ),
    ...(rates.size > DOMAIN_RATES_LIMIT
      ? [`Name at most ${DOMAIN_RATES_LIMIT} domains; these are ${rates.size}.`]
      : []),
  ];
  return faults.length > 0
    ? { ok: false, message: faults.join(" ") }
    : { ok: true, value: Object.fromEntries(rates) };
}

const NO_DOMAIN = "Name a domain as it stands behind the @, such as example.com.";

/**
 * The same as a program sends them, by domains in any spelling: as far as they are good, and what is wrong with the others
 * by the names of their fields.
 */
export function namedDomainRates(given: Readonly<Record<string, number>>): {
  rates: Record<string, number>;
  faults: Record<string, string>;
} {
  const rates: Record<string, number> = {};
  const faults: Record<string, string> = {};
  for (const [typed, rate] of Object.entries(given)) {
    const domain = parseDomain(typed);
    const field = `domain_rates.${typed}`;
    if (!domain.ok || !Value.Check(DomainRates, { [domain.ascii]: rate }))
      faults[field] = NO_DOMAIN;
    else if (Object.hasOwn(rates, domain.ascii))
      faults[field] = `This is “${domain.ascii}” twice: leave one.`;
    else rates[domain.ascii] = rate;
  }
  return { rates, faults };
}

/** As many of the lines that share a fault as can be read at a glance, and how many more there are. */
const SHOWN = 10;

function told(lines: readonly string[], one: string, several: string): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, SHOWN).map((line) => `“${line}”`);
  const more = lines.length > SHOWN ? ` and ${lines.length - SHOWN} more` : "";
  return [`${shown.join(", ")}${more} ${lines.length === 1 ? one : several}.`];
}

export function domainRatesAsTyped(rates: Readonly<Record<string, number>>): string {
  return Object.entries(rates)
    .map(([domain, rate]) => `${domain} ${rate}`)
    .toSorted()
    .join("\n");
}
