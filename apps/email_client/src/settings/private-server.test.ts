import { expect, test } from "bun:test";
import { createLog, newId } from "@mailwright/platform";
import type { SettingsPatch } from "@mailwright/protocol";
import { ManualClock, testRedis } from "@mailwright/testing";
import { createOutbound, type HostAddress } from "../gateways/outbound.ts";
import { CREDENTIALS_KEY } from "../testing/client.ts";
import { readGateways } from "./gateway-records.ts";
import { tellOfPrivateServers } from "./private-server.ts";
import { patchSettings } from "./settings.ts";
import { createVault } from "./vault.ts";

type Change = SettingsPatch["gateways"][number];

const NAMES: Record<string, HostAddress[]> = {
  "mail.example.com": [{ address: "8.8.8.8", family: 4 }],
  "inside.example.com": [
    { address: "8.8.8.8", family: 4 },
    { address: "fd00::5", family: 6 },
  ],
};
const MESSAGE =
  "This host has no public address. Enter one that has, or start the email client with PRIVATE_GATEWAYS=allow.";

async function setUp() {
  const { redis, ...owned } = await testRedis();
  const vault = createVault([CREDENTIALS_KEY]);
  const asked: string[] = [];
  const outboundOf = (privateGateways: "allow" | "refuse") =>
    createOutbound(privateGateways, new ManualClock(), async (host) => {
      asked.push(host);
      const found = NAMES[host];
      if (found === undefined) throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
      return found;
    });
  const patchWhere = (privateGateways: "allow" | "refuse", ...gateways: Change[]) =>
    patchSettings(redis, vault, { gateways }, outboundOf(privateGateways));
  return {
    redis,
    asked,
    outboundOf,
    patchWhere,
    patch: (...gateways: Change[]) => patchWhere("refuse", ...gateways),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const at = (url: string): Change => ({ id: newId(), kind: "seed", settings: { url } });
const bounces = (host: string) => ({
  host: "mail.example.com",
  bounce_address: "bounces@example.com",
  bounce_host: host,
  bounce_username: "bounces",
});

test.each([
  ["seed", "url", { url: "http://127.0.0.1:6379/" }, {}],
  ["seed", "url", { url: "http://127.1/" }, {}],
  ["seed", "url", { url: "http://[::1]:5050/" }, {}],
  ["seed", "url", { url: "http://169.254.169.254/latest/meta-data" }, {}],
  ["seed", "url", { url: "https://inside.example.com/email" }, {}],
  ["postmark", "api_url", { api_url: "https://inside.example.com" }, {}],
  ["smtp", "host", { host: "10.0.0.5" }, {}],
  ["smtp", "host", { host: "inside.example.com" }, {}],
  ["smtp", "bounce_host", bounces("192.168.1.1"), { bounce_password: "s3cret" }],
] as [string, string, Record<string, string>, Record<string, string>][])(
  "%s: what has no public address is refused at the field %s, by %j",
  async (kind, field, settings, secrets) => {
    await using given = await setUp();
    expect(await given.patch({ id: newId(), kind, settings, secrets })).toEqual([
      {
        field: `gateways.0.settings.${field}`,
        message: MESSAGE,
      },
    ]);
    expect(await readGateways(given.redis)).toEqual([]);
  },
);

test("what is public, what nobody knows yet, and anything where it is allowed, is taken", async () => {
  await using given = await setUp();
  const taken = [at("https://mail.example.com/email"), at("https://tomorrow.example.com/email")];
  expect(await given.patch(...taken)).toEqual([]);
  expect(await given.patchWhere("allow", at("http://127.0.0.1/email"))).toEqual([]);
  expect(await readGateways(given.redis)).toHaveLength(3);
});

test("a gateway that stood there before can be changed in everything but that, and is told of in the log at the start", async () => {
  await using given = await setUp();
  const id = newId();
  const settings = { url: "http://127.0.0.1/email", username: "ann" };
  await given.patchWhere("allow", { id, kind: "seed", settings });
  const renamed = { id, name: "Renamed", settings: { ...settings, url: "http://127.0.0.1/v2" } };
  expect(await given.patch(renamed)).toEqual([]);
  expect(await given.patch({ id, settings: { url: "http://127.0.0.2/v2" } })).toMatchObject([
    {
      field: "gateways.0.settings.url",
    },
  ]);
  const said: unknown[] = [];
  const log = createLog("test", "silent");
  log.warn = ((about: unknown) => void said.push(about)) as typeof log.warn;
  const records = await readGateways(given.redis);
  await tellOfPrivateServers(records, given.outboundOf("allow"), log);
  expect(said).toEqual([]);
  await tellOfPrivateServers(records, given.outboundOf("refuse"), log);
  expect(said).toEqual([{ gateway: id, setting: "url" }]);
});

test("nothing is looked up where no server is named anew", async () => {
  await using given = await setUp();
  const id = newId();
  await given.patch({ id, kind: "sendgrid", secrets: { api_key: "s3cret" } });
  await given.patch({ id, name: "Renamed", rate_per_second: 5 });
  expect(given.asked).toEqual([]);
});
