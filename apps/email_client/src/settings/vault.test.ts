import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { hostileText } from "@mailwright/testing";
import fc from "fast-check";
import { createVault, type Sealed } from "./vault.ts";

const key = (id: string, fill: number, length = 32) => ({
  id,
  bytes: new Uint8Array(length).fill(fill),
});
const gateway = newId();
const secrets = { password: "correct horse", api_key: "", pässwort: "ümläut\u0000😀" };

/** The same ciphertext with one bit of one byte changed. */
function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes[at % bytes.length]! ^= 1;
  return bytes.toString("base64");
}

describe("what is sealed", () => {
  test("is opened as it was", async () => {
    const vault = createVault([key("a", 1)]);
    expect(await vault.open(gateway, await vault.seal(gateway, secrets))).toEqual(secrets);
    const nothing = await vault.seal(gateway, {});
    expect(await vault.open(gateway, nothing)).toEqual({});
  });

  test("is opened as it was, whatever it says", async () => {
    const vault = createVault([key("a", 1, 48)]);
    await fc.assert(
      fc.asyncProperty(hostileText(), async (text) => {
        const secret = text.toWellFormed();
        const sealed = await vault.seal(gateway, { password: secret });
        expect(await vault.open(gateway, sealed)).toEqual({ password: secret });
      }),
    );
  });

  test("survives being stored as JSON, which shows nothing of it", async () => {
    const vault = createVault([key("a", 1)]);
    const stored = JSON.stringify(await vault.seal(gateway, secrets));
    expect(stored).not.toContain("correct");
    expect(stored).not.toContain(Buffer.from("correct horse").toString("base64").slice(0, 8));
    expect(await vault.open(gateway, JSON.parse(stored) as Sealed)).toEqual(secrets);
  });

  test("looks different every time", async () => {
    const vault = createVault([key("a", 1)]);
    const [one, two] = [await vault.seal(gateway, secrets), await vault.seal(gateway, secrets)];
    expect(one.wrapped).not.toBe(two.wrapped);
    expect(one.fields["password"]).not.toBe(two.fields["password"]);
  });
});

describe("what is not opened", () => {
  test("anything of which one bit was changed", async () => {
    const vault = createVault([key("a", 1)]);
    const sealed = await vault.seal(gateway, { password: "x" });
    for (let at = 0; at < 29; at++) {
      const fields = { password: flipped(sealed.fields["password"]!, at) };
      expect(await vault.open(gateway, { ...sealed, fields })).toBeUndefined();
      const wrapped = flipped(sealed.wrapped, at);
      expect(await vault.open(gateway, { ...sealed, wrapped })).toBeUndefined();
    }
  });

  test.each(["", "AAAA", "not base64 at all!"])(
    "what was cut off or replaced: %j",
    async (junk) => {
      const vault = createVault([key("a", 1)]);
      const sealed = await vault.seal(gateway, { password: "x" });
      expect(await vault.open(gateway, { ...sealed, fields: { password: junk } })).toBeUndefined();
      expect(await vault.open(gateway, { ...sealed, wrapped: junk })).toBeUndefined();
    },
  );

  test("a field that was moved to the place of another", async () => {
    const vault = createVault([key("a", 1)]);
    const sealed = await vault.seal(gateway, { user: "ann", password: "secret" });
    const { user, password } = sealed.fields as { user: string; password: string };
    const swapped = { ...sealed, fields: { user: password, password: user } };
    expect(await vault.open(gateway, swapped)).toBeUndefined();
  });

  test("a gateway's secrets under the name of another gateway", async () => {
    const vault = createVault([key("a", 1)]);
    const sealed = await vault.seal(gateway, secrets);
    const other = newId();
    expect(await vault.open(other, sealed)).toBeUndefined();
    const own = await vault.seal(other, secrets);
    expect(await vault.open(other, { ...own, fields: sealed.fields })).toBeUndefined();
    expect(await vault.open(other, { ...sealed, wrapped: own.wrapped })).toBeUndefined();
  });

  test("with a key that is not configured, or one that has only the right name", async () => {
    const sealed = await createVault([key("a", 1)]).seal(gateway, secrets);
    expect(await createVault([key("b", 1)]).open(gateway, sealed)).toBeUndefined();
    expect(await createVault([key("a", 2)]).open(gateway, sealed)).toBeUndefined();
    expect(await createVault([key("b", 1)]).rewrap(gateway, sealed)).toBeUndefined();
  });
});

describe("rotation", () => {
  test("both keys open while both are configured; the newest wraps", async () => {
    const old = await createVault([key("old", 1)]).seal(gateway, secrets);
    const both = createVault([key("new", 2), key("old", 1)]);
    expect(await both.open(gateway, old)).toEqual(secrets);
    expect((await both.seal(gateway, secrets)).key).toBe("new");
  });

  test("after a rewrap the old key is named nowhere and alone opens nothing", async () => {
    const old = await createVault([key("old", 1)]).seal(gateway, secrets);
    const rewrapped = (await createVault([key("new", 2), key("old", 1)]).rewrap(gateway, old))!;
    expect(JSON.stringify(rewrapped)).not.toContain("old");
    expect(rewrapped.fields).toEqual(old.fields);
    expect(await createVault([key("new", 2)]).open(gateway, rewrapped)).toEqual(secrets);
    expect(await createVault([key("old", 1)]).open(gateway, rewrapped)).toBeUndefined();
    expect(
      await createVault([key("old", 1)]).open(gateway, { ...rewrapped, key: "old" }),
    ).toBeUndefined();
  });
});
