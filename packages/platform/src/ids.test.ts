import { expect, test } from "bun:test";
import { idBytes, idOfBytes, isId, newId } from "./ids.ts";

test("an id is the same after it has been bytes", () => {
  const id = "01995b00-0000-7000-8000-00000000505a";
  expect(idBytes(id)).toEqual(
    Buffer.from([1, 0x99, 0x5b, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0x50, 0x5a]),
  );
  expect(idOfBytes(idBytes(id))).toBe(id);
  const made = newId();
  expect(isId(made)).toBe(true);
  expect(idOfBytes(idBytes(made))).toBe(made);
});
