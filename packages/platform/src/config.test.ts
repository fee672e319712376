import { expect, test } from "bun:test";
import { ConfigError, type ConfigSource, type Reader, readConfig } from "./config.ts";

function faultsOf(source: ConfigSource, read: (reader: Reader) => unknown): string[] {
  try {
    readConfig(source, read);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("every fault of the environment is told at once, and no value of a URL is repeated", () => {
  const faults = faultsOf(
    { PORT: "web", DATABASE_URL: "mysql://user:hunter2@db", LOG_LEVEL: "loud" },
    (env) => {
      env.integer("PORT", 5050, { max: 65_535 });
      env.url("DATABASE_URL", ["postgres"]);
      env.choice("LOG_LEVEL", ["info", "debug"], "info");
      env.text("WEB_URL");
    },
  );
  expect(faults).toEqual([
    'PORT is "web": it must be a whole number from 0 to 65535',
    "DATABASE_URL is not a URL that begins with postgres://",
    'LOG_LEVEL is "loud": it must be one of info, debug',
    "WEB_URL is not set: it must be a text",
  ]);
});

const service = (env: Reader) => env.serviceUrl("WEB_URL");

test.each([
  ["https://mail.example.com/", "https://mail.example.com"],
  ["HTTPS://Mail.Example.com:443/News/", "https://mail.example.com/News"],
  ["https:mail.example.com", "https://mail.example.com"],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ['http://web:5050/a b"<ü>', "http://web:5050/a%20b%22%3C%C3%BC%3E"],
])("the URL of a service is read in the one spelling that it has: %s", (WEB_URL, read) => {
  expect(readConfig({ WEB_URL }, service)).toBe(read);
});

test("the URL of a service has a host and perhaps a path, and is not repeated where it has more", () => {
  const more = [
    "WEB_URL may have a path behind its host, but no user name, password, query or fragment",
  ];
  for (const rest of ["anna@web", "anna:hunter2@web", ":hunter2@web", "web?", "web/?a=b", "web#"])
    expect(faultsOf({ WEB_URL: `https://${rest}` }, service)).toEqual(more);
  expect(faultsOf({ WEB_URL: "ftp://hunter2@web" }, service)).toEqual([
    "WEB_URL is not a URL that begins with http:// or https://",
  ]);
  expect(faultsOf({ WEB_URL: 'https://web"' }, service)).toEqual([
    "WEB_URL has a host that is none",
  ]);
  expect(faultsOf({ WEB_URL: `https://web/${"ü".repeat(160)}` }, service)).toEqual([
    "WEB_URL is longer than 900 characters",
  ]);
  expect(faultsOf({}, service)).toEqual(["WEB_URL is not set: it must be a URL (http, https)"]);
});

const nodes = (env: Reader) => env.urls("NODES", ["redis"]);

test("several URLs are read as they stand, and of those that are none the place is told", () => {
  expect(readConfig({ NODES: "redis://a:1/, redis://b:2" }, nodes)).toEqual([
    "redis://a:1",
    "redis://b:2",
  ]);
  expect(readConfig({ NODES: "redis://a:1" }, nodes)).toEqual(["redis://a:1"]);
  expect(faultsOf({ NODES: "http://:hunter2@a" }, nodes)).toEqual([
    "NODES is not a URL that begins with redis://",
  ]);
  expect(faultsOf({ NODES: "redis://a:1,hunter2," }, nodes)).toEqual([
    "NODES, number 2, is not a URL that begins with redis://",
    "NODES, number 3, is not a URL that begins with redis://",
  ]);
  expect(faultsOf({}, nodes)).toEqual(["NODES is not set: it must be a URL (redis), or several"]);
});

test("an empty variable counts as not set", () => {
  expect(readConfig({ PORT: "  " }, (env) => env.integer("PORT", 5050))).toBe(5050);
});

test("named keys keep their order, newest first", () => {
  const key = Buffer.alloc(32, 7).toString("base64");
  const keys = readConfig({ KEYS: `new:${key}, old:${key}` }, (env) => env.keys("KEYS"));
  expect(keys.map(({ id, bytes }) => [id, bytes.length])).toEqual([
    ["new", 32],
    ["old", 32],
  ]);
});

test("a key that is too short is refused by its place, not by its value", () => {
  expect(faultsOf({ KEYS: "a:c2hvcnQ=" }, (env) => env.keys("KEYS"))).toEqual([
    "KEYS, key 1: it must be id:base64 of at least 32 bytes",
  ]);
});

test("two keys of one id are refused by their places: only one of them would ever be found", () => {
  const [one, other] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString("base64"));
  expect(
    faultsOf({ KEYS: `a:${one},b:${one},short:a,a:${other}` }, (env) => env.keys("KEYS")),
  ).toEqual([
    "KEYS, key 3: it must be id:base64 of at least 32 bytes",
    "KEYS, key 4: it has the id of key 1, and each needs one of its own",
  ]);
});
