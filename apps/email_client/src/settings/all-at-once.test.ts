import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { parseSettingFaults, parseSettingsView, type SettingsPatch } from "@mailwright/protocol";
import { setUp } from "../testing/client.ts";

const PATCH = { kind: "smtp", name: "Office" };
const STANDING = {
  ...PATCH,
  settings: {
    host: "smtp.example.com",
    bounce_address: "bounces@example.com",
    bounce_host: "imap.example.com",
    bounce_username: "bounces",
  },
  secrets: { password: "s3cret", bounce_password: "s3cret" },
};

/** Something of everything that is judged: a choice, the server, the signature, the mailbox, and a field that is none. */
const FAULTY = {
  settings: {
    host: "smtp://smtp.example.org",
    security: "rot13",
    port: "0",
    connections: "many",
    ca_certificate: "none",
    dkim_domain: "example..com",
    bounce_address: "",
    bounce_host: "imap.example.org",
    bounce_username: "",
    bounce_port: "99999",
    bounce_folder: "Bounces",
    bounce_handled_folder: "Bounces",
    colour: "red",
  },
};

const FAULTS = [
  ["settings.colour", "This kind of gateway has no such setting."],
  ["settings.security", "Choose one of: starttls, tls, none."],
  ["settings.host", "Enter the server's name or IP address alone."],
  ["settings.port", "A port is a number from 1 to 65535."],
  ["settings.connections", "Enter a number from 1 to 100."],
  ["settings.ca_certificate", "This is not a certificate in PEM form."],
  ["settings.dkim_domain", "Enter it as it stands in DNS: letters, digits, hyphens and dots."],
  ["settings.dkim_selector", "A DKIM signature needs the domain, the selector and the key."],
  ["secrets.dkim_private_key", "A DKIM signature needs the domain, the selector and the key."],
  ["settings.bounce_port", "A port is a number from 1 to 65535."],
  [
    "settings.bounce_address",
    "A bounce mailbox needs the bounce address, the user name and the password.",
  ],
  [
    "settings.bounce_username",
    "A bounce mailbox needs the bounce address, the user name and the password.",
  ],
  ["settings.bounce_handled_folder", "Choose another folder than the one that is read."],
  ["secrets.password", "Enter the password again: the server has changed."],
  ["secrets.bounce_password", "Enter the password again: the server has changed."],
].map(([field, message]) => ({ field: `gateways.0.${field}`, message }));

test("everything that is wrong with a gateway is told at once, each at its field", async () => {
  await using given = await setUp();
  const id = newId();
  const send = (change: Omit<SettingsPatch["gateways"][number], "id">) =>
    given.calls.client.call(
      "PATCH",
      "/v1/settings",
      { gateways: [{ id, ...change }] },
      parseSettingsView,
    );
  expect(await send(STANDING)).toMatchObject({ kind: "ok" });
  const refused = await send(FAULTY);
  expect(refused).toMatchObject({ kind: "refused", status: 422, field: FAULTS[0]?.field });
  expect(parseSettingFaults(refused.kind === "refused" && refused.body)).toMatchObject({
    value: { errors: FAULTS },
  });
});

test("a change that is only judged is told the same, and changes nothing", async () => {
  await using given = await setUp();
  const id = newId();
  const judged = async (change: Omit<SettingsPatch["gateways"][number], "id">) => {
    const body = { gateways: [{ id, ...change }] };
    return given.calls.client.call("POST", "/v1/settings/validate", body, parseSettingFaults);
  };
  expect(await judged(STANDING)).toMatchObject({ kind: "ok", value: { errors: [] } });
  expect(await judged(FAULTY)).toMatchObject({
    kind: "ok",
    value: { errors: [{ field: "gateways.0.kind" }] },
  });
  await given.calls.client.call(
    "PATCH",
    "/v1/settings",
    { gateways: [{ id, ...STANDING }] },
    parseSettingsView,
  );
  const before = await given.calls.settings();
  expect(await judged({ name: "Renamed", settings: { host: "other.example.com" } })).toMatchObject({
    value: { errors: [{ field: "gateways.0.secrets.password" }] },
  });
  expect(await judged({ name: "Renamed" })).toMatchObject({ value: { errors: [] } });
  expect(await given.calls.settings()).toEqual(before);
});
