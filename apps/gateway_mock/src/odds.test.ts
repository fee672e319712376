import { expect, test } from "bun:test";
import { ConfigError, type ConfigSource } from "@mailwright/platform";
import { readGatewayMockConfig } from "./config.ts";
import { createOdds, DEFAULT_WEIGHTS, parseWeights } from "./odds.ts";

function draws(seed: number, count: number): number[] {
  const draw = createOdds(seed, DEFAULT_WEIGHTS);
  return Array.from({ length: count }, draw);
}

test("the default odds are those of the original's stand-in", () => {
  const drawn = draws(7, 100_000);
  for (const { status, weight } of DEFAULT_WEIGHTS) {
    const percent = drawn.filter((each) => each === status).length / 1_000;
    expect(Math.abs(percent - weight)).toBeLessThan(0.7);
  }
});

test("equal seeds draw equal answers, and other seeds others", () => {
  expect(draws(42, 500)).toEqual(draws(42, 500));
  expect(draws(42, 500)).not.toEqual(draws(43, 500));
});

test("weights are relative, and what weighs nothing is never drawn", () => {
  expect(parseWeights("202=90, 429=5,500=2.5")).toEqual([
    { status: 202, weight: 90 },
    { status: 429, weight: 5 },
    { status: 500, weight: 2.5 },
  ]);
  const draw = createOdds(1, parseWeights("500=0,202=1,429=0") ?? []);
  expect(new Set(Array.from({ length: 1_000 }, draw))).toEqual(new Set([202]));
});

test.each([
  "",
  "202",
  "202=",
  "202=-1",
  "abc=1",
  "101=1",
  "600=1",
  "202=0",
  "202=1;500=1",
  "202=1,",
])("%j is no set of weights", (text) => {
  expect(parseWeights(text)).toBeUndefined();
});

function faultsOf(source: ConfigSource): string[] {
  try {
    readGatewayMockConfig(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("faults of the environment are told together", () => {
  expect(
    faultsOf({ MOCK_WEIGHTS: "many", MOCK_IDEMPOTENCY: "yes", MOCK_SEED: "-1" }).map(
      (fault) => fault.split(" ")[0],
    ),
  ).toEqual(["MOCK_SEED", "MOCK_WEIGHTS", "MOCK_IDEMPOTENCY"]);
});

test("an empty environment is the seed gateway with the original's odds", () => {
  const url = "http://localhost:5050/webhooks/x";
  const whole = { MOCK_WEBHOOK_URL: url, MOCK_WEBHOOK_SECRET: "s" };
  expect(readGatewayMockConfig(whole).webhook).toEqual({ url, secret: "s" });
  expect(() => readGatewayMockConfig({ MOCK_WEBHOOK_URL: url })).toThrow("MOCK_WEBHOOK_SECRET");
  expect(readGatewayMockConfig({})).toEqual({
    port: 5052,
    logLevel: "info",
    seed: 1,
    weights: DEFAULT_WEIGHTS,
    idempotency: false,
  });
});
