import { expect, test } from "bun:test";
import { foundationFault, houseFault, layerFault } from "./layers.ts";
import { importsOf } from "./sources.ts";

const CONTACTS = "apps/web/src/features/contacts";

test("imports of every form are read, and told apart from types", () => {
  const text = `
import "./side-effect.ts";
import fs from "node:fs";
import type { A } from "./types.ts";
import { type B, type C } from "./more-types.ts";
import {
  type D,
  value,
} from "@mailwright/protocol";
import whole, { part } from "@mailwright/launcher/server.ts";
export * from "../contacts/contacts.ts";
export type { E } from "./e.ts";
const later = await import("./later.ts");
`;
  const read = importsOf({ path: `${CONTACTS}/a.ts`, text });
  expect(read.map(({ target, typeOnly }) => [target, typeOnly])).toEqual([
    [`${CONTACTS}/side-effect.ts`, false],
    ["node:fs", false],
    [`${CONTACTS}/types.ts`, true],
    [`${CONTACTS}/more-types.ts`, true],
    ["packages/protocol", false],
    ["apps/launcher/src/server.ts", false],
    [`${CONTACTS}/contacts.ts`, false],
    [`${CONTACTS}/e.ts`, true],
    [`${CONTACTS}/later.ts`, false],
  ]);
});

/** Whether a file may hold this import. `contacts.ts` asks queries, every other domain file does not. */
function may(path: string, statement: string): boolean {
  const source = { path, text: `\n${statement}\n` };
  return importsOf(source).every(
    (each) =>
      layerFault(source, each, (target) => !target.endsWith("contacts.ts")) === undefined &&
      foundationFault(source, each) === undefined &&
      houseFault(source, each) === undefined,
  );
}

test.each([
  [`${CONTACTS}/routes.tsx`, 'import { addContact } from "./contacts.ts"', true],
  [`${CONTACTS}/routes.tsx`, 'import { findContact } from "./queries.ts"', false],
  [`${CONTACTS}/api.ts`, 'import { NewContact } from "./forms.ts"', true],
  [`${CONTACTS}/contacts.ts`, 'import { findContact } from "./queries.ts"', true],
  [`${CONTACTS}/contacts.ts`, 'import { page } from "../../http/html.ts"', false],
  [`${CONTACTS}/contacts.ts`, 'import { ContactPage } from "./views.tsx"', false],
  [`${CONTACTS}/contacts.ts`, 'import { contact } from "../../db/schema/contacts.ts"', false],
  [`${CONTACTS}/contacts.ts`, 'import type { Database } from "../../db/open.ts"', true],
  [`${CONTACTS}/contacts.ts`, 'import { sizeOf } from "../segments/segments.ts"', true],
  [`${CONTACTS}/contacts.ts`, 'import { findSegment } from "../segments/queries.ts"', false],
  [`${CONTACTS}/list-queries.ts`, 'import { contact } from "../../db/schema/contacts.ts"', true],
  [`${CONTACTS}/list-queries.ts`, 'import { addContact } from "./contacts.ts"', false],
  [`${CONTACTS}/views.tsx`, 'import type { Contact } from "./contacts.ts"', true],
  [`${CONTACTS}/views.tsx`, 'import { addContact } from "./contacts.ts"', false],
  [`${CONTACTS}/views.tsx`, 'import { nameOf } from "./words.ts"', true],
  [`${CONTACTS}/views.tsx`, 'import { Table } from "../../ui/table.tsx"', true],
  [`${CONTACTS}/contacts.test.ts`, 'import { findContact } from "./queries.ts"', true],
  ["apps/web/src/ui/table.tsx", 'import { Contact } from "../features/contacts/views.tsx"', false],
  ["apps/web/src/app.ts", 'import { routes } from "./features/contacts/routes.tsx"', true],
  [
    "apps/web/src/app.ts",
    'import { vault } from "@mailwright/email_client/settings/vault.ts"',
    false,
  ],
  ["apps/web/src/app.ts", 'import { sign } from "@mailwright/protocol"', true],
  ["packages/protocol/src/a.ts", 'import { app } from "@mailwright/web/app.ts"', false],
  [
    "packages/testing/src/a.ts",
    'import { startRedis } from "@mailwright/launcher/redis/server.ts"',
    true,
  ],
  ["packages/testing/src/a.ts", 'import { app } from "@mailwright/web/app.ts"', false],
  ["tests/system/a.test.ts", 'import { app } from "@mailwright/web/app.ts"', true],
])("%s may hold %s: %p", (path, statement, allowed) => {
  expect(may(path, statement)).toBe(allowed);
});
