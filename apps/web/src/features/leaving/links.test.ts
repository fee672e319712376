import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { ConfigError, newId } from "@mailwright/platform";
import { parseBatch } from "@mailwright/protocol";
import { testDatabase, type TestDatabase } from "@mailwright/testing";
import { readWebConfig } from "../../config.ts";
import { openDatabase, type OpenDatabase } from "../../db/open.ts";
import { createLinks, type Links } from "./links.ts";

let database: TestDatabase;
let opened: OpenDatabase;
let links: Links;
beforeAll(async () => {
  database = await testDatabase();
  opened = openDatabase(database.url);
  links = createLinks(opened.db, "https://mail.example.com/news");
}, 30_000);
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function tokenOf(email: string): Promise<string> {
  const link = (await links.toLeave())(email);
  expect(link).toStartWith("https://mail.example.com/news/u/");
  return link.split("/").at(-1) ?? "";
}

test("a link names its email to us, the same every time and to every web", async () => {
  const email = newId();
  const token = await tokenOf(email);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await tokenOf(email)).toBe(token);
  expect(await createLinks(opened.db, "http://localhost").emailToLeave(token)).toBe(email);
});

test("a token with any one of its bits another is none of ours, nor is another spelling of the same bits", async () => {
  const token = await tokenOf(newId());
  const bytes = Buffer.from(token, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = Buffer.from(bytes);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(await links.emailToLeave(other.toString("base64url"))).toBeUndefined();
  }
  const spellings = [
    `${token}=`,
    `${token}A`,
    token.slice(0, -1),
    ` ${token}`,
    "",
    "example",
    "\0",
  ];
  for (const spelling of spellings) expect(await links.emailToLeave(spelling)).toBeUndefined();
});

test("a token of another installation is none of ours", async () => {
  const email = newId();
  const token = await tokenOf(email);
  await opened.db.execute(sql`UPDATE "link_key" SET "secret" = ${"0".repeat(64)}`);
  expect(await createLinks(opened.db, "").emailToLeave(token)).toBeUndefined();
});

/** Whatever somebody may write for WEB_URL, sensible or not. */
const anyWebUrl = fc
  .tuple(
    fc.constantFrom("https://", "HTTP://", "https:", "http:/", ""),
    fc.oneof(
      fc.constantFrom("mail.example.com", "Bücher.Example:8443", "[::1]", "a@mail.example.com"),
      fc.domain(),
      fc.string({ unit: "grapheme" }),
    ),
    fc.oneof(
      fc.constantFrom("", "/", "/news//", "?", "#a", "/a?b"),
      fc.string({ unit: "binary", size: "large" }),
      fc.string({ unit: "grapheme-ascii", maxLength: 1_000, size: "max" }),
    ),
  )
  .map(([scheme, host, rest]) => scheme + host + rest);

test("a link that begins with any WEB_URL with which web starts is one that the email client takes", async () => {
  const SERVICE_KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(anyWebUrl, async (WEB_URL) => {
      const webUrl = webUrlOf({ DATABASE_URL: database.url, SERVICE_KEYS, WEB_URL });
      if (webUrl === undefined) return;
      taken++;
      const id = newId();
      const unsubscribe_url = (await createLinks(opened.db, webUrl).toLeave())(id);
      const ids = { batch: id, campaign: id, gateway: id, content: "0".repeat(64), priority: 1 };
      const recipient = { id, run: 1, email: "a@example.com", name: "", variables: {} };
      expect(parseBatch({ ...ids, recipients: [{ ...recipient, unsubscribe_url }] }).ok).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

function webUrlOf(source: Record<string, string>): string | undefined {
  try {
    return readWebConfig(source).webUrl;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
