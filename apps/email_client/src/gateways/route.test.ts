import { expect, test } from "bun:test";
import { createDraws, newId } from "@mailwright/platform";
import { drawn, membersOf, routeKind, weightField } from "./route.ts";

test("a route has a weight for each gateway and none for a route, by names that give the gateway back", () => {
  const gateways = [
    { id: newId(), name: "One", kind: "smtp" },
    { id: newId(), name: "Two", kind: "seed" },
    { id: newId(), name: "All", kind: "route" },
  ];
  const { fields } = routeKind(gateways);
  expect(fields.map(({ label }) => label)).toEqual(["Weight of “One”", "Weight of “Two”"]);
  const [one, two] = fields.map(({ name }) => name);
  expect(membersOf({ [one!]: "3", [two!]: "" })).toEqual([{ gateway: gateways[0]!.id, weight: 3 }]);
  expect(membersOf({ [one!]: "0", [two!]: "many", url: "5" })).toEqual([
    { gateway: gateways[0]!.id, weight: 0 },
  ]);
  expect(weightField(newId())).toMatch(/^[a-z0-9_]{40}$/);
});

test("gateways are drawn by weight, each once, and those of weight 0 come last", () => {
  const { fraction } = createDraws(7);
  const members = [
    { name: "spare", weight: 0 },
    { name: "one", weight: 1 },
    { name: "three", weight: 3 },
  ];
  const orders = Array.from({ length: 4_000 }, () =>
    drawn(members, fraction).map(({ name }) => name),
  );
  for (const order of orders) {
    expect(order).toHaveLength(3);
    expect(order[2]).toBe("spare");
  }
  const first = orders.filter(([name]) => name === "three").length;
  expect(first).toBeGreaterThan(2_850);
  expect(first).toBeLessThan(3_150);
  expect(drawn([{ weight: 0 }, { weight: 0 }], fraction)).toHaveLength(2);
});
