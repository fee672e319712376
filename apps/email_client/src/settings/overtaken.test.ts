import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { parseSettingsView, type SettingsPatch, type SettingsView } from "@mailwright/protocol";
import { setUp } from "../testing/client.ts";

type Change = Omit<SettingsPatch["gateways"][number], "id">;

const NEW: Change = {
  kind: "seed",
  name: "Main",
  settings: { url: "https://mail.example.com/email", username: "ann" },
  secrets: { password: "correct horse" },
};

/** An email client with one gateway, which is read and changed as web does it. */
async function withGateway() {
  const given = await setUp();
  const id = newId();
  const patch = (change: Change) =>
    given.calls.client.call(
      "PATCH",
      "/v1/settings",
      { gateways: [{ id, ...change }] },
      parseSettingsView,
    );
  const read = async () => {
    const { gateways } = (await given.calls.settings()) as SettingsView;
    return gateways.find((gateway) => gateway.id === id);
  };
  await patch(NEW);
  const seen = (await read())!.version!;
  return { seen, patch, read, [Symbol.asyncDispose]: () => given[Symbol.asyncDispose]() };
}

const REFUSED = {
  kind: "refused",
  status: 409,
  field: "gateways.0.seen",
  why: "The gateway was changed or removed meanwhile. Look at it again.",
};

test("a change that was made from what the gateway no longer is undoes nothing, and is told so", async () => {
  await using given = await withGateway();
  const { seen, patch, read } = given;
  expect(await patch({ seen, name: "Renamed" })).toMatchObject({ kind: "ok" });
  expect(await patch({ seen, name: "Main", rate_per_second: 5 })).toMatchObject(REFUSED);
  expect(await patch({ seen, secrets: { password: "battery staple" } })).toMatchObject(REFUSED);
  // However much else is wrong with it: it was judged against something else.
  expect(await patch({ seen, settings: { url: "nowhere" } })).toMatchObject(REFUSED);
  const now = await read();
  expect(now).toMatchObject({ name: "Renamed", rate_per_second: null });
  expect(await patch({ seen: now!.version!, rate_per_second: 5 })).toMatchObject({ kind: "ok" });
  expect(await read()).toMatchObject({ name: "Renamed", rate_per_second: 5 });
});

test("a change that says nothing of what was seen is carried out as ever", async () => {
  await using given = await withGateway();
  await given.patch({ name: "Renamed" });
  expect(await given.patch({ rate_per_second: 5 })).toMatchObject({ kind: "ok" });
  expect(await given.read()).toMatchObject({ name: "Renamed", rate_per_second: 5 });
});

test("a change whose answer was lost may be repeated", async () => {
  await using given = await withGateway();
  const { seen, patch, read } = given;
  const change = { seen, name: "Renamed", secrets: { password: "battery staple" } };
  await patch(change);
  const saved = await read();
  expect(await patch(change)).toMatchObject({ kind: "ok" });
  expect(await read()).toEqual(saved!);
  expect(await patch({ ...change, secrets: { password: "another" } })).toMatchObject(REFUSED);
});

test("a change of a gateway that was removed meanwhile does not bring it back", async () => {
  await using given = await withGateway();
  const { seen, patch, read } = given;
  await patch({ removed: true });
  expect(await patch({ seen, ...NEW })).toMatchObject(REFUSED);
  expect(await read()).toBeUndefined();
});
