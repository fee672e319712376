import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ROUTE, type SettingsPatch } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import { ANYWHERE } from "../gateways/outbound.ts";
import { weightField } from "../gateways/route.ts";
import { aGateway, CREDENTIALS_KEY } from "../testing/client.ts";
import { patchSettings, viewSettings } from "./settings.ts";
import { createVault } from "./vault.ts";

async function setUp() {
  const given = await testRedis();
  const vault = createVault([CREDENTIALS_KEY]);
  return {
    patch: (...gateways: SettingsPatch["gateways"]) =>
      patchSettings(given.redis, vault, { gateways }, ANYWHERE),
    view: () => viewSettings(given.redis, () => "closed"),
    [Symbol.asyncDispose]: () => given[Symbol.asyncDispose](),
  };
}

const whole = (id: string) => aGateway(id, "https://mail.example.com/email");

test("a route has a weight for each gateway, is complete when one of them is, and can be the default", async () => {
  await using given = await setUp();
  const [one, two, route] = [newId(), newId(), newId()];
  await given.patch(whole(one), { id: two, kind: "seed", name: "Bare" });
  const weights = (first: string, second: string) => ({
    [weightField(one)]: first,
    [weightField(two)]: second,
  });
  const routeNow = async () => (await given.view()).gateways.find(({ id }) => id === route);
  await given.patch({ id: route, kind: ROUTE, name: "Both", settings: weights("", "1") });
  expect(await routeNow()).toMatchObject({
    name: "Both",
    kind: "route",
    members: [two],
    complete: false,
  });
  await given.patch({ id: route, settings: weights("2.5", "1"), default: true });
  expect(await routeNow()).toMatchObject({
    members: [one, two].toSorted(),
    complete: true,
    default: true,
  });
  expect((await given.view()).gateways.find(({ id }) => id === one)?.members).toBeUndefined();
  const kind = (await given.view()).kinds.find((each) => each.kind === ROUTE);
  expect(kind?.fields.map(({ name }) => name).toSorted()).toEqual(
    [weightField(one), weightField(two)].toSorted(),
  );
});

test("a route takes no other weights than there are gateways and numbers for", async () => {
  await using given = await setUp();
  const [one, route] = [newId(), newId()];
  await given.patch(whole(one), { id: route, kind: ROUTE });
  const refused = (settings: Record<string, string>) => given.patch({ id: route, settings });
  const stray = weightField(newId());
  expect(await refused({ [stray]: "1" })).toMatchObject([
    {
      field: `gateways.0.settings.${stray}`,
    },
  ]);
  for (const weight of ["-1", "1001", "many"])
    expect(await refused({ [weightField(one)]: weight })).toEqual([
      {
        field: `gateways.0.settings.${weightField(one)}`,
        message: "Use a number from 0 to 1000.",
      },
    ]);
});

test("a route keeps its gateways from being removed, for only they can say what became of attempts through them", async () => {
  await using given = await setUp();
  const [one, route] = [newId(), newId()];
  await given.patch(whole(one));
  const settings = { [weightField(one)]: "1" };
  await given.patch({ id: route, kind: ROUTE, name: "Both", settings });
  expect(await given.patch({ id: one, removed: true })).toEqual([
    {
      field: "gateways.0.removed",
      message: "The route “Both” goes through it: take it out of that first.",
    },
  ]);
  expect(await given.patch({ id: route, removed: true }, { id: one, removed: true })).toEqual([]);
  expect((await given.view()).gateways).toEqual([]);
});
