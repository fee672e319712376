import { expect, test } from "bun:test";
import { SETTLED_STATES } from "@mailwright/email_machine";
import { ID_PATTERN } from "@mailwright/platform";
import { Recipient } from "@mailwright/protocol";
import acknowledgeLua from "../reports/lua/acknowledge.lua" with { type: "text" };
import beatLua from "./lua/beat.lua" with { type: "text" };

/** The keys of the table that a script calls SETTLED. */
function settledIn(lua: string): string[] {
  const [, entries = ""] = /^local SETTLED = \{ (.+) \}$/m.exec(lua) ?? [];
  return entries.split(", ").map((entry) => entry.replace(" = true", ""));
}

test("scripts take those states for settled that the machine does", () => {
  expect(settledIn(beatLua)).toEqual([...SETTLED_STATES]);
  expect(settledIn(acknowledgeLua)).toEqual([...SETTLED_STATES]);
});

test("an id on the wire looks like one that is made here", () => {
  expect(Recipient.properties.id.pattern).toBe(ID_PATTERN);
});
