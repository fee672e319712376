import { expect, test } from "bun:test";
import { ConfigError } from "@mailwright/platform";
import { isSecure, readWebConfig } from "./config.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const LEAST = { DATABASE_URL: "postgres://localhost/mailwright", SERVICE_KEYS: `k1:${KEY}` };

function faultsOf(source: Record<string, string>): string[] {
  try {
    readWebConfig(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("the least that web needs is its database and the keys of the services", () => {
  const config = readWebConfig(LEAST);
  expect({ ...config, serviceKeys: config.serviceKeys.map(({ id }) => id) }).toEqual({
    databaseUrl: "postgres://localhost/mailwright",
    webUrl: "http://localhost:5050",
    emailClientUrl: "http://localhost:5051",
    port: 5050,
    serviceKeys: ["k1"],
    firstOwner: undefined,
    logLevel: "info",
  });
  expect(isSecure(config)).toBe(false);
  expect(isSecure(readWebConfig({ ...LEAST, WEB_URL: "https://mail.example.com/" }))).toBe(true);
});

test("the first owner takes an address and a password, and every fault is told at once", () => {
  const owner = { ADMIN_EMAIL: "Anna@Example.com", ADMIN_PASSWORD: "correct horse" };
  expect(readWebConfig({ ...LEAST, ...owner }).firstOwner).toEqual({
    email: "anna@example.com",
    password: "correct horse",
  });
  expect(faultsOf({ ...LEAST, ADMIN_EMAIL: "jörg@example.com", ADMIN_PASSWORD: "x" })).toEqual([
    "ADMIN_EMAIL: Use an address of plain letters and digits.",
    "ADMIN_PASSWORD: Use 10 to 200 characters.",
  ]);
  expect(faultsOf({ ADMIN_EMAIL: "anna", PORT: "x" })).toEqual([
    "DATABASE_URL is not set: it must be a URL (postgres, postgresql)",
    'PORT is "x": it must be a whole number from 0 to 65535',
    "SERVICE_KEYS is not set: it must be id:base64[,id:base64], each of at least 32 bytes",
    "ADMIN_EMAIL: There is no @ in it: type an address like anna@example.com.",
    "ADMIN_PASSWORD is not set: it must be a text",
  ]);
});
