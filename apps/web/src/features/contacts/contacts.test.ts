import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { suppress } from "../suppressions/suppressions.ts";
import {
  addContact,
  changeContact,
  countContacts,
  readAttributeKeys,
  readContact,
} from "./contacts.ts";
import { added } from "./fixtures/contacts.ts";

let context: Context;
beforeAll(async () => {
  context = await testContext();
}, 30_000);
beforeEach(async () => {
  for (const table of ["contact", "attribute_key", "suppression"])
    await context.db.execute(sql`DELETE FROM ${sql.identifier(table)}`);
});
afterAll(() => context[Symbol.asyncDispose]());

const BLANK = { name: "", first_name: "", last_name: "", attributes: {} };

test("a contact is kept as it was typed, trimmed, on one line, and found by any spelling of its address", async () => {
  const { db } = context;
  const contact = await added(db, {
    email: " Anna@Example.COM ",
    name: "Anna\r\nKowalska",
    attributes: { city: " Kraków ", age: 30, vip: true, none: null },
  });
  expect(contact).toMatchObject({
    email: "Anna@Example.COM",
    canonical_email: "anna@example.com",
    name: "Anna Kowalska",
    attributes: { city: "Kraków", age: 30, vip: true },
    suppressed: null,
  });
  expect(await readAttributeKeys(db)).toEqual(["age", "city", "vip"]);
});

test("original, weakness 20: an address that has a contact leads to it instead of failing", async () => {
  const { db } = context;
  const anna = await added(db, { email: "anna@example.com" });
  expect(await addContact(db, { ...BLANK, email: "ANNA@example.com" })).toEqual({
    kind: "duplicate",
    id: anna.id,
  });
  const bernd = await added(db, { email: "bernd@example.com" });
  expect(await changeContact(db, bernd.id, { email: "Anna@Example.com" })).toEqual({
    kind: "duplicate",
    id: anna.id,
  });
  expect((await changeContact(db, anna.id, { email: "Anna@example.com" })).kind).toBe("changed");
});

test("of two who add the same address at once, one is told of the other's contact", async () => {
  const { db } = context;
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => addContact(db, { ...BLANK, email: "anna@example.com" })),
  );
  const kinds = outcomes.map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual(["added", ...Array<"duplicate">(7).fill("duplicate")]);
});

test("of two who take the same address at once by a change, one gets it", async () => {
  const { db } = context;
  const people = await Promise.all(
    ["a", "b", "c", "d"].map((name) => added(db, { email: `${name}@example.com` })),
  );
  const outcomes = await Promise.all(
    people.map(({ id }) => changeContact(db, id, { email: "wanted@example.com" })),
  );
  const kinds = outcomes.map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual(["changed", "duplicate", "duplicate", "duplicate"]);
});

test("what is left out of a change stays; attributes are merged, and one without a value goes", async () => {
  const { db } = context;
  const { id } = await added(db, {
    email: "anna@example.com",
    first_name: "Anna",
    attributes: { city: "Kraków", age: 30 },
  });
  await changeContact(db, id, { last_name: "K", attributes: { age: null, vip: true } });
  expect(await readContact(db, id)).toMatchObject({
    first_name: "Anna",
    last_name: "K",
    attributes: { city: "Kraków", vip: true },
  });
  await changeContact(db, id, { attributes: { age: 31 } }, { replace: true });
  await changeContact(db, id, { first_name: "Anne" }, { replace: true });
  expect(await readContact(db, id)).toMatchObject({
    first_name: "Anne",
    attributes: { age: 31 },
  });
});

test("a change that was made of something older than what is there is not made", async () => {
  const { db } = context;
  const seen = await added(db, { email: "anna@example.com" });
  const first = await changeContact(db, seen.id, { name: "A" }, { seen: seen.revision });
  expect(first.kind).toBe("changed");
  const second = await changeContact(db, seen.id, { name: "B" }, { seen: seen.revision });
  expect(second.kind).toBe("changed meanwhile");
  expect((await readContact(db, seen.id))?.name).toBe("A");
});

test("all that is wrong with a contact is told at once, each at its field", async () => {
  const refused = await addContact(context.db, {
    ...BLANK,
    email: "anna",
    attributes: { "Bad key": "x", email: "y", ok: "z" },
  });
  expect(refused.kind).toBe("refused");
  if (refused.kind !== "refused") return;
  expect(Object.keys(refused.faults)).toEqual(["email", "attributes.Bad key", "attributes.email"]);
  expect(await countContacts(context.db)).toBe(0);
});

function sixtyAttributes(from: number) {
  return Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${from + n}`, n]));
}

test("a merge that would make a contact too large is refused", async () => {
  const { db } = context;
  const { id } = await added(db, { email: "anna@example.com", attributes: sixtyAttributes(0) });
  const changed = await changeContact(db, id, { attributes: sixtyAttributes(100) });
  expect(changed).toMatchObject({ kind: "refused", faults: { attributes: expect.any(String) } });
});

test("who is not there is missing, and a suppressed address says why", async () => {
  const { db } = context;
  expect(await changeContact(db, newId(), { name: "x" })).toEqual({ kind: "missing" });
  const { id } = await added(db, { email: "Anna@example.com" });
  await suppress(db, ["bernd@example.com"], { reason: "complained", origin: "test" });
  expect((await readContact(db, id))?.suppressed).toBeNull();
  await suppress(db, ["anna@example.com"], { reason: "bounced", origin: "test" });
  expect((await readContact(db, id))?.suppressed).toBe("bounced");
});
