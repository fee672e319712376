import { expect, test } from "bun:test";
import { parseSettingsPatch, parseSettingsView } from "./settings.ts";

const ID = "01890000-0000-7000-8000-000000000000";

const GATEWAY = {
  id: ID,
  name: "Main",
  kind: "seed",
  settings: {},
  secrets: [],
  rate_per_second: null,
  domain_rate_per_second: null,
  default: true,
  complete: true,
  breaker: "closed",
};

const isTaken = (domain: string) =>
  parseSettingsPatch({ gateways: [{ id: ID, domain_rates: { [domain]: 1 } }] }).ok;

test("a rate is taken for a domain as the wire has it, and for nothing that no recipient can meet", () => {
  const long = "a".repeat(63);
  const good = ["example.com", "xn--bcher-kva.example.org", "1-2.mx.example", `${long}.com`];
  const bad = [
    "Example.com",
    "bücher.example.org",
    "example",
    "1.2.3.4",
    "example.com.",
    "-a.example.com",
    "a-.example.com",
    "a_b.example.com",
    "a b.example.com",
    "a@example.com",
    `${long}a.com`,
    `${`${long}.`.repeat(4)}com`,
    "",
  ];
  expect(good.filter((domain) => !isTaken(domain))).toEqual([]);
  expect(bad.filter(isTaken)).toEqual([]);
});

test("a gateway whose rates are from when any name was taken can be read", () => {
  const gateways = [{ ...GATEWAY, domain_rates: { "bücher.example.org": 5, nowhere: 1 } }];
  expect(parseSettingsView({ gateways, kinds: [] }).ok).toBe(true);
});
