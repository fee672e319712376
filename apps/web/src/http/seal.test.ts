import { expect, test } from "bun:test";
import fc from "fast-check";
import { createSeals } from "./seal.ts";

const key = (id: string) => ({ id, bytes: new Uint8Array(32).fill(id.charCodeAt(0)) });

test("what was sealed opens for its purpose, and with any key that is still there", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const before = createSeals([key("a")]);
      const rotated = createSeals([key("b"), key("a")]);
      const after = createSeals([key("b")]);
      const sealed = before.seal("session", text);
      expect(before.open("session", sealed)).toEqual({ text, old: false });
      expect(rotated.open("session", sealed)).toEqual({ text, old: true });
      expect(after.open("session", sealed)).toBeUndefined();
      expect(before.open("flash", sealed)).toBeUndefined();
    }),
  );
});

test("a changed text or proof does not open, and nothing makes it throw", () => {
  const seals = createSeals([key("a")]);
  const sealed = seals.seal("flash", "The contact was saved.");
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.constant("."), fc.constant("")),
      (given) => {
        expect(seals.open("flash", given)).toBeUndefined();
        if (given !== "") expect(seals.open("flash", sealed + given)).toBeUndefined();
      },
    ),
  );
});
