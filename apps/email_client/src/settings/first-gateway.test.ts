import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { testRedis } from "@mailwright/testing";
import { ANYWHERE } from "../gateways/outbound.ts";
import { offerFirstGateway } from "./first-gateway.ts";
import { readGateways } from "./gateway-records.ts";
import { patchSettings } from "./settings.ts";
import { createVault } from "./vault.ts";

const vault = createVault([{ id: "k1", bytes: new Uint8Array(32).fill(7) }]);
const first = { url: "http://localhost:5052/email", username: "mailwright", password: "mock" };

test("an installation without a gateway begins with the first one as its default", async () => {
  await using at = await testRedis();
  expect(await offerFirstGateway(at.redis, vault, first)).toBe(true);
  expect(await readGateways(at.redis)).toMatchObject([
    { name: "First gateway", kind: "seed", default: true },
  ]);
});

test("whoever deletes it does not find it back, and two starts at once make one", async () => {
  await using at = await testRedis();
  const both = await Promise.all([
    offerFirstGateway(at.redis, vault, first),
    offerFirstGateway(at.redis, vault, first),
  ]);
  expect(both.toSorted()).toEqual([false, true]);
  const [made] = await readGateways(at.redis);
  await patchSettings(at.redis, vault, { gateways: [{ id: made!.id, removed: true }] }, ANYWHERE);
  expect(await offerFirstGateway(at.redis, vault, first)).toBe(false);
  expect(await readGateways(at.redis)).toEqual([]);
});

test("an installation that has a gateway keeps it as it is", async () => {
  await using at = await testRedis();
  const own = {
    id: newId(),
    kind: "seed",
    name: "Ours",
    settings: { url: "https://mail.example.com", username: "u" },
  };
  await patchSettings(at.redis, vault, { gateways: [own] }, ANYWHERE);
  expect(await offerFirstGateway(at.redis, vault, first)).toBe(false);
  expect((await readGateways(at.redis)).map(({ name }) => name)).toEqual(["Ours"]);
});

test("one whose webhook secret is too short is told of at every start until it is long enough", async () => {
  await using at = await testRedis();
  const offer = (webhookSecret: string) =>
    offerFirstGateway(at.redis, vault, { ...first, webhookSecret });
  const told = "FIRST_GATEWAY_*, secrets.webhook_secret: Choose at least 16 letters.";
  for (let start = 0; start < 2; start++) await expect(offer("short")).rejects.toThrow(told);
  expect(await readGateways(at.redis)).toEqual([]);
  expect(await offer("long enough to be one")).toBe(true);
});
