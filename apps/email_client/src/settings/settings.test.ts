import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { SettingsPatch } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import type { Redis } from "ioredis";
import { ANYWHERE } from "../gateways/outbound.ts";
import { gatewaysKey } from "../redis/keys.ts";
import { readGateway } from "./gateway-records.ts";
import { patchSettings, rewrapSecrets, viewSettings } from "./settings.ts";
import { createVault, type Vault } from "./vault.ts";

const oldKey = { id: "old", bytes: new Uint8Array(32).fill(1) };
const newKey = { id: "new", bytes: new Uint8Array(32).fill(2) };
const URL_ = "https://mail.example.com/email";
type Change = SettingsPatch["gateways"][number];

async function setUp() {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const vault = createVault([oldKey]);
  return {
    redis,
    vault,
    patch: (...gateways: Change[]) => patchSettings(redis, vault, { gateways }, ANYWHERE),
    view: () => viewSettings(redis, () => "closed"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const whole = (id: string, change: Partial<Change> = {}): Change => ({
  id,
  kind: "seed",
  name: "Main",
  settings: { url: URL_, username: "ann" },
  secrets: { password: "correct horse" },
  ...change,
});

async function secretsOf(redis: Redis, vault: Vault, id: string) {
  const record = await readGateway(redis, id);
  return record && vault.open(id, record.sealed);
}

describe("secrets", () => {
  test("original, encrypted credentials: they do not lie in Redis in plain text, and are never shown, in no call and not even as asterisks: only which are set", async () => {
    await using given = await setUp();
    const id = newId();
    expect(await given.patch(whole(id, { rate_per_second: 14 }))).toEqual([]);
    const view = await given.view();
    expect(view.gateways).toEqual([
      {
        id,
        version: expect.any(String),
        name: "Main",
        kind: "seed",
        settings: { url: URL_, username: "ann" },
        secrets: ["password"],
        rate_per_second: 14,
        domain_rate_per_second: null,
        domain_rates: {},
        default: true,
        complete: true,
        breaker: "closed",
      },
    ]);
    expect(JSON.stringify(view)).not.toMatch(/correct horse|\*/);
    expect(await given.redis.hget(gatewaysKey, id)).not.toContain("correct horse");
  });

  test("original, weakness 17: saving the form unedited never overwrites the real credentials with asterisks", async () => {
    await using given = await setUp();
    const { redis, vault, view, patch } = given;
    const id = newId();
    await patch(whole(id));
    const [shown] = (await view()).gateways;
    // The form holds what the view shows, and nothing in the place of a secret.
    await patch({ id, name: shown!.name, settings: shown!.settings, default: shown!.default });
    expect(await secretsOf(redis, vault, id)).toEqual({ password: "correct horse" });
  });

  test("are replaced when given, kept when absent and cleared when empty", async () => {
    await using given = await setUp();
    const { redis, vault, patch, view } = given;
    const id = newId();
    await patch(whole(id));
    await patch({ id, secrets: { password: "battery staple" } });
    expect(await secretsOf(redis, vault, id)).toEqual({ password: "battery staple" });
    await patch({ id, name: "Renamed" });
    await patch({ id, secrets: {} });
    expect(await secretsOf(redis, vault, id)).toEqual({ password: "battery staple" });
    await patch({ id, secrets: { password: "" } });
    expect(await secretsOf(redis, vault, id)).toEqual({});
    expect((await view()).gateways[0]).toMatchObject({ secrets: [], complete: false });
  });

  test("that no configured key opens have to be entered again, and nothing else of them is changed", async () => {
    await using given = await setUp();
    const { redis, patch } = given;
    const id = newId();
    await patch(whole(id));
    const before = await redis.hgetall(gatewaysKey);
    const stranger = createVault([newKey]);
    expect(
      await patchSettings(redis, stranger, { gateways: [{ id, name: "New" }] }, ANYWHERE),
    ).toEqual([
      {
        field: "gateways.0.secrets",
        message: "The stored secrets cannot be opened with the configured keys; enter them again.",
      },
    ]);
    expect(await redis.hgetall(gatewaysKey)).toEqual(before);
    const again = { gateways: [{ id, secrets: { password: "entered again" } }] };
    expect(await patchSettings(redis, stranger, again, ANYWHERE)).toEqual([]);
    expect(await secretsOf(redis, stranger, id)).toEqual({ password: "entered again" });
  });
});

describe("original, weakness 22: a patch is made whole or not at all, and", () => {
  test("changes what it names and keeps the rest", async () => {
    await using given = await setUp();
    const id = newId();
    await given.patch(whole(id, { rate_per_second: 5 }));
    await given.patch({ id, settings: { username: "bob" } });
    await given.patch({ id, rate_per_second: null });
    expect((await given.view()).gateways[0]).toMatchObject({
      name: "Main",
      settings: { url: URL_, username: "bob" },
      rate_per_second: null,
      secrets: ["password"],
    });
  });

  test.each([
    ["kind", whole(newId(), { kind: "carrier_pigeon" }), "There is no gateway of this kind."],
    ["kind", { id: newId(), name: "No kind" }, "There is no gateway of this kind."],
    [
      "settings.colour",
      whole(newId(), { settings: { colour: "red" } }),
      "This kind of gateway has no such setting.",
    ],
    [
      "settings.password",
      whole(newId(), { settings: { password: "in the open" } }),
      "This kind of gateway has no such setting.",
    ],
    [
      "secrets.username",
      whole(newId(), { secrets: { username: "ann" } }),
      "This kind of gateway has no such setting.",
    ],
    [
      "settings.__proto__",
      whole(newId(), { settings: JSON.parse('{"__proto__":"x"}') as Record<string, string> }),
      "This kind of gateway has no such setting.",
    ],
    [
      "settings.url",
      whole(newId(), { settings: { url: "mail.example.com" } }),
      "Enter a whole address that begins with https:// or http://.",
    ],
    [
      "settings.url",
      whole(newId(), { settings: { url: "javascript:alert(1)" } }),
      "Enter a whole address that begins with https:// or http://.",
    ],
    [
      "settings.url",
      whole(newId(), { settings: { url: "https://ann:secret@mail.example.com/" } }),
      "Leave the user name and password out of the address.",
    ],
    [
      "settings.username",
      whole(newId(), { settings: { url: URL_, username: "ann:admin" } }),
      "A user name cannot have a colon in it (RFC 7617).",
    ],
    [
      "settings.username",
      whole(newId(), { settings: { url: URL_, username: "ann\r\nevil" } }),
      "A user name cannot have line breaks or tabs in it.",
    ],
  ] as [string, Change, string][])(
    "with a fault at %s is refused whole, and says what to do",
    async (field, faulty, message) => {
      await using given = await setUp();
      const good = whole(newId());
      expect(await given.patch(good, faulty)).toEqual([{ field: `gateways.1.${field}`, message }]);
      expect(await given.redis.exists(gatewaysKey)).toBe(0);
    },
  );

  test("never changes the kind of a gateway", async () => {
    await using given = await setUp();
    const id = newId();
    await given.patch(whole(id));
    expect(await given.patch({ id, kind: "smtp" })).toEqual([
      {
        field: "gateways.0.kind",
        message: "A gateway keeps its kind; add a new one instead.",
      },
    ]);
  });

  test("does what it says in order: removed and made again is a new gateway", async () => {
    await using given = await setUp();
    const { redis, vault, patch, view } = given;
    const id = newId();
    await patch(whole(id, { rate_per_second: 3 }));
    const before = await readGateway(redis, id);
    await patch({ id, removed: true }, whole(id, { secrets: {} }));
    expect((await view()).gateways[0]).toMatchObject({ rate_per_second: null, secrets: [] });
    expect((await readGateway(redis, id))!.version).not.toBe(before!.version);
    expect(await secretsOf(redis, vault, id)).toEqual({});
    await patch(whole(id), { id, removed: true });
    expect((await view()).gateways).toEqual([]);
  });

  test("of the name alone leaves a gateway that lacks settings incomplete", async () => {
    await using given = await setUp();
    const id = newId();
    await given.patch({ id, kind: "seed" });
    expect((await given.view()).gateways[0]).toMatchObject({
      name: "HTTP gateway",
      complete: false,
    });
  });
});

async function defaults(view: () => ReturnType<typeof viewSettings>): Promise<string[]> {
  return (await view()).gateways.filter((gateway) => gateway.default).map(({ id }) => id);
}

describe("exactly one gateway is the default", () => {
  test("as soon as there is one: the first, the one that is chosen, another one when it is removed", async () => {
    await using given = await setUp();
    const [one, two, three] = [newId(), newId(), newId()];
    await given.patch(whole(one), whole(two));
    expect(await defaults(given.view)).toEqual([one]);
    await given.patch({ id: two, default: true }, whole(three));
    expect(await defaults(given.view)).toEqual([two]);
    await given.patch({ id: two, default: false });
    expect(await defaults(given.view)).toHaveLength(1);
    await given.patch({ id: one, default: true }, { id: three, default: true });
    expect(await defaults(given.view)).toEqual([three]);
    await given.patch({ id: three, removed: true });
    expect(await defaults(given.view)).toEqual([one]);
  });

  test("also when many are chosen at once by different people", async () => {
    await using given = await setUp();
    const ids = Array.from({ length: 8 }, () => newId());
    await Promise.all(ids.map((id) => given.patch(whole(id, { default: true }))));
    expect((await given.view()).gateways).toHaveLength(8);
    expect(await defaults(given.view)).toHaveLength(1);
  });
});

test("of changes made at once none is lost", async () => {
  await using given = await setUp();
  const { redis, view } = given;
  const vault = createVault([newKey, oldKey]);
  const id = newId();
  await given.patch(whole(id));
  const changes: Change[] = [
    { id, name: "Renamed" },
    { id, rate_per_second: 7 },
    { id, settings: { username: "bob" } },
    { id, secrets: { password: "battery staple" } },
  ];
  const faults = await Promise.all([
    ...changes.map((change) => patchSettings(redis, vault, { gateways: [change] }, ANYWHERE)),
    rewrapSecrets(redis, vault).then(({ unopened }) => unopened),
  ]);
  expect(faults.flat()).toEqual([]);
  expect((await view()).gateways[0]).toMatchObject({
    name: "Renamed",
    rate_per_second: 7,
    settings: { username: "bob" },
  });
  expect(await secretsOf(redis, vault, id)).toEqual({ password: "battery staple" });
});

test("rewrapping leaves no old key id behind and names what no key opens", async () => {
  await using given = await setUp();
  const { redis, patch } = given;
  const [id, lost] = [newId(), newId()];
  await patch(whole(id));
  const stranger = createVault([{ id: "stranger", bytes: new Uint8Array(32).fill(9) }]);
  await patchSettings(redis, stranger, { gateways: [whole(lost, { name: "Lost" })] }, ANYWHERE);
  expect(await rewrapSecrets(redis, createVault([newKey, oldKey]))).toEqual({
    rewrapped: 1,
    unopened: ["Lost"],
  });
  expect((await readGateway(redis, id))!.sealed.key).toBe("new");
  expect(await secretsOf(redis, createVault([newKey]), id)).toEqual({ password: "correct horse" });
  expect(await secretsOf(redis, createVault([oldKey]), id)).toBeUndefined();
});
