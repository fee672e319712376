import { afterAll, describe, expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { testRedis } from "@mailwright/testing";
import { ANYWHERE } from "./outbound.ts";
import { createVerp } from "../bounces/verp.ts";
import { patchSettings } from "../settings/settings.ts";
import { createVault } from "../settings/vault.ts";
import { CREDENTIALS_KEY } from "../testing/client.ts";
import { MESSAGE } from "../testing/messages.ts";
import { SUBJECTS } from "../testing/services/all.ts";
import type { FakeService } from "../testing/services/fake-service.ts";
import { ADAPTERS } from "./kinds.ts";
import { createOutbound, type Lookup } from "./outbound.ts";
import { createGatewayRegistry } from "./registry.ts";

const CASES = SUBJECTS.map((subject) => [subject.adapter.kind, subject] as const);
const WHY =
  "Not connected: 127.0.0.1 has no public address, which gateways need unless PRIVATE_GATEWAYS is “allow”.";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());
const soon = () => AbortSignal.timeout(5_000);

/** A gateway that was saved while any address would do, opened where only public ones will. */
async function opened(
  kind: string,
  { settings, secrets }: Pick<FakeService, "settings" | "secrets">,
  lookup?: Lookup,
) {
  const { redis } = stack.use(await testRedis());
  const vault = createVault([CREDENTIALS_KEY]);
  const id = newId();
  const gateways = [{ id, kind, settings, secrets }];
  expect(await patchSettings(redis, vault, { gateways }, ANYWHERE)).toEqual([]);
  const verp = createVerp([CREDENTIALS_KEY]);
  const outbound = createOutbound("refuse", systemClock, lookup);
  const registry = stack.use(
    createGatewayRegistry(redis, vault, systemClock, silentLog, verp, outbound),
  );
  return (await registry.get(id))!.gateway;
}

/** The same by a name, which leads to what `lookup` says. */
function byName(fake: FakeService, lookup: Lookup) {
  const url = fake.settings["url"]!.replace("127.0.0.1", "localhost");
  return opened("seed", { ...fake, settings: { ...fake.settings, url } }, lookup);
}

test("every kind names the server that messages are handed to", () => {
  for (const { kind, servers } of ADAPTERS)
    expect([kind, servers({}).length]).not.toEqual([kind, 0]);
});

describe.each(CASES)("%s", (kind, { adapter, start }) => {
  test("at an address that is not public is not connected to: nothing is sent, and it is said why", async () => {
    await using fake = await start();
    const gateway = await opened(kind, fake);
    expect(await gateway.send(MESSAGE, soon())).toEqual({ kind: "unavailable", detail: WHY });
    expect(await gateway.check(soon())).toEqual({ kind: "unavailable", detail: WHY });
    expect([fake.taken, fake.faults]).toEqual([[], []]);
    if (gateway.resolve === undefined) return;
    // What would be found if it were asked for.
    await adapter
      .open({ settings: fake.settings, secrets: fake.secrets, clock: systemClock })
      .send(MESSAGE, soon());
    expect(fake.taken).toHaveLength(1);
    expect(await gateway.resolve(MESSAGE.key, soon())).toEqual({ kind: "unknown", why: WHY });
  });
});

describe("the HTTP gateway", () => {
  const [, { start }] = CASES.find(([kind]) => kind === "seed")!;
  test("whose name has public addresses alone is sent through, and looked up once for many messages", async () => {
    await using fake = await start();
    const asked: string[] = [];
    const gateway = await byName(fake, async (host) => {
      asked.push(host);
      return [{ address: "8.8.8.8", family: 4 }];
    });
    for (let n = 0; n < 5; n++) expect((await gateway.send(MESSAGE, soon())).kind).toBe("accepted");
    expect([asked, fake.taken.length]).toEqual([["localhost"], 5]);
  });

  test("whose name cannot be looked up is not connected to either: it may be known a moment later, as something else", async () => {
    await using fake = await start();
    const gateway = await byName(fake, async () => {
      throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
    });
    const outcome = await gateway.send(MESSAGE, soon());
    expect(outcome).toEqual({
      kind: "unavailable",
      detail: "The gateway cannot be reached (ENOTFOUND).",
    });
    expect(fake.taken).toEqual([]);
  });
});
