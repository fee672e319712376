import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { SettingsPatch } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import { ANYWHERE } from "../gateways/outbound.ts";
import { ADAPTERS } from "../gateways/kinds.ts";
import { CREDENTIALS_KEY } from "../testing/client.ts";
import { readGateway } from "./gateway-records.ts";
import { patchSettings } from "./settings.ts";
import { createVault } from "./vault.ts";

type Change = Omit<SettingsPatch["gateways"][number], "id">;
type Settings = Record<string, string>;

const OURS = "https://mail.example.com/email";
const THEIRS = "https://elsewhere.example.com/email";

/** A gateway that stands, and changes to it. */
async function standing(kind: string, settings: Settings, secrets: Settings) {
  const { redis, ...owned } = await testRedis();
  const vault = createVault([CREDENTIALS_KEY]);
  const id = newId();
  const change = (wanted: Change) =>
    patchSettings(redis, vault, { gateways: [{ id, ...wanted }] }, ANYWHERE);
  const stored = async () => {
    const record = (await readGateway(redis, id))!;
    return { settings: record.settings, secrets: await vault.open(id, record.sealed) };
  };
  expect(await change({ kind, settings, secrets })).toEqual([]);
  return { change, stored, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

const WEBHOOK_SECRET = "of the webhooks' own";

const seed = () =>
  standing(
    "seed",
    { url: OURS, username: "ann" },
    { password: "s3cret", webhook_secret: WEBHOOK_SECRET },
  );

const MAILBOX = {
  host: "smtp.example.com",
  bounce_address: "bounces@example.com",
  bounce_host: "imap.example.com",
  bounce_username: "bounces",
};

test("every secret of every kind has the setting of the server that gets to see it, or none does", () => {
  const seenBy = ADAPTERS.map(({ kind, fields, servers }) => [
    kind,
    Object.fromEntries(
      fields
        .filter(({ secret }) => secret)
        .map(({ name }) => [
          name,
          servers({}).find(({ secrets }) => secrets.includes(name))?.field ?? "nobody",
        ]),
    ),
  ]);
  const byKey = { api_key: "api_url", webhook_secret: "nobody" };
  expect(Object.fromEntries(seenBy)).toEqual({
    smtp: { password: "host", dkim_private_key: "nobody", bounce_password: "bounce_host" },
    ses: { password: "nobody" },
    sendgrid: byKey,
    mailgun: byKey,
    postmark: byKey,
    mailjet: { password: "api_url", webhook_secret: "nobody" },
    resend: byKey,
    brevo: byKey,
    seed: { password: "url", webhook_secret: "nobody" },
  });
});

test.each([
  ["seed", "password", { url: OURS, username: "ann" }, { url: THEIRS }, "the password"],
  ["smtp", "password", { host: "smtp.example.com" }, { host: "other.example.com" }, "the password"],
  ["smtp", "bounce_password", MAILBOX, { bounce_host: "other.example.com" }, "the password"],
  ["sendgrid", "api_key", {}, { api_url: THEIRS }, "“API key”"],
  ["mailgun", "api_key", { domain: "mg.example.com" }, { api_url: THEIRS }, "“API key”"],
  ["postmark", "api_key", {}, { api_url: THEIRS }, "“Server API token”"],
  ["mailjet", "password", { username: "ann" }, { api_url: THEIRS }, "“Secret key”"],
  ["resend", "api_key", {}, { api_url: THEIRS }, "“API key”"],
  ["brevo", "api_key", {}, { api_url: THEIRS }, "“API key”"],
] as [string, string, Settings, Settings, string][])(
  "%s: whoever points it at another server has to know its %s, which is not shown there otherwise",
  async (kind, secret, settings, elsewhere, called) => {
    await using gateway = await standing(kind, settings, { [secret]: "s3cret" });
    const before = await gateway.stored();
    expect(await gateway.change({ settings: elsewhere })).toEqual([
      {
        field: `gateways.0.secrets.${secret}`,
        message: `Enter ${called} again: the server has changed.`,
      },
    ]);
    expect(await gateway.stored()).toEqual(before);
    const again = { settings: elsewhere, secrets: { [secret]: "entered again" } };
    expect(await gateway.change(again)).toEqual([]);
    expect(await gateway.stored()).toEqual({
      settings: { ...settings, ...elsewhere },
      secrets: { [secret]: "entered again" },
    });
  },
);

test.each([
  "http://mail.example.com/email",
  "https://mail.example.com:8443/email",
  "https://mail.example.com.example.net/email",
  "https://mail.example.org/email",
])("another scheme, port or name is another server: %s", async (url) => {
  await using gateway = await seed();
  expect(await gateway.change({ settings: { url } })).toMatchObject([
    {
      field: "gateways.0.secrets.password",
    },
  ]);
});

test.each(["https://mail.example.com/v2/email?a=b", "https://MAIL.example.com:443/email"])(
  "the same server by another path or in another spelling is the same: %s",
  async (url) => {
    await using gateway = await seed();
    expect(await gateway.change({ settings: { url } })).toEqual([]);
    expect((await gateway.stored()).secrets).toEqual({
      password: "s3cret",
      webhook_secret: WEBHOOK_SECRET,
    });
  },
);

test("the usual address is the same written out, and the name of a host in capitals", async () => {
  await using sendgrid = await standing("sendgrid", {}, { api_key: "s3cret" });
  const usual = "https://api.sendgrid.com/";
  expect(await sendgrid.change({ settings: { api_url: usual } })).toEqual([]);
  expect(await sendgrid.change({ settings: { api_url: "" } })).toEqual([]);
  await using smtp = await standing("smtp", { host: "smtp.example.com" }, { password: "s3cret" });
  const settings = { host: "SMTP.example.com", port: "2525", username: "bob" };
  expect(await smtp.change({ settings })).toEqual([]);
});

test("nor is it done in two steps, by way of no server at all", async () => {
  await using gateway = await seed();
  expect(await gateway.change({ settings: { url: "" } })).toEqual([]);
  for (const url of [THEIRS, OURS])
    expect(await gateway.change({ settings: { url } })).toMatchObject([
      {
        field: "gateways.0.secrets.password",
      },
    ]);
});

test("a secret that is taken away leads nowhere, and those that nobody gets to see stay", async () => {
  await using gateway = await seed();
  const change = { settings: { url: THEIRS }, secrets: { password: "" } };
  expect(await gateway.change(change)).toEqual([]);
  expect((await gateway.stored()).secrets).toEqual({ webhook_secret: WEBHOOK_SECRET });
});

test("the secret access key of SES signs and is sent nowhere, so its region can be changed without it", async () => {
  const settings = { region: "eu-central-1", username: "AKIA" };
  await using gateway = await standing("ses", settings, { password: "s3cret" });
  expect(await gateway.change({ settings: { region: "us-east-1" } })).toEqual([]);
});
