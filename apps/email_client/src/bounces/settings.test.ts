import { expect, test } from "bun:test";
import { BOUNCE_FIELDS, bounceFaults, bounceMailbox } from "./settings.ts";

const MAILBOX = {
  bounce_address: "bounces@example.com",
  bounce_host: "imap.example.com",
  bounce_username: "bounces",
};
const SECRETS = { bounce_password: "secret" };

test("a bounce address alone, a whole mailbox, and nothing at all can be saved", () => {
  expect(bounceFaults({}, {})).toEqual([]);
  expect(bounceFaults({ bounce_address: "bounces@example.com" }, {})).toEqual([]);
  expect(bounceFaults(MAILBOX, SECRETS)).toEqual([]);
});

test.each([
  ["bounce_address", { bounce_address: "bounces" }],
  ["bounce_address", { bounce_address: "Ann <ann@example.com>" }],
  ["bounce_address", { bounce_address: `${"b".repeat(22)}@example.com` }],
  ["bounce_address", { bounce_address: "" }],
  ["bounce_host", { bounce_host: "imap://imap.example.com" }],
  ["bounce_port", { bounce_port: "70000" }],
  ["bounce_username", { bounce_username: "" }],
  ["bounce_handled_folder", { bounce_handled_folder: "INBOX" }],
])("a fault of %s is told at its field (%j)", (field, change) => {
  expect(bounceFaults({ ...MAILBOX, ...change }, SECRETS).map((fault) => fault.field)).toEqual([
    field,
  ]);
});

test("a mailbox without a password is not saved", () => {
  expect(bounceFaults(MAILBOX, {}).map((fault) => fault.field)).toEqual(["bounce_password"]);
});

test("what is left empty is the usual", () => {
  expect(bounceMailbox(MAILBOX, SECRETS)).toEqual({
    host: "imap.example.com",
    port: 993,
    security: "tls",
    username: "bounces",
    password: "secret",
    ca: undefined,
    folder: "INBOX",
    handledFolder: "Handled bounces",
  });
  expect(bounceMailbox({ ...MAILBOX, bounce_security: "starttls" }, SECRETS)?.port).toBe(143);
  expect(bounceMailbox({}, {})).toBeUndefined();
});

test("the password is the only secret", () => {
  expect(BOUNCE_FIELDS.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
    "bounce_password",
  ]);
});
