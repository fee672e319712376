import { expect, test } from "bun:test";
import { orAborted } from "./abort.ts";

const never = new Promise<never>(() => {});

test("work that ends first is what counts, however it ends", async () => {
  const { signal } = new AbortController();
  expect(await orAborted(Promise.resolve("done"), signal)).toBe("done");
  await expect(orAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
});

test("an abort throws the signal's reason, also one from before", async () => {
  const stopping = new AbortController();
  const waiting = orAborted(never, stopping.signal);
  stopping.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(orAborted(never, stopping.signal)).rejects.toThrow("stopped");
});

test("work that fails after the abort is nobody's any more", async () => {
  const stopping = new AbortController();
  const work = Promise.withResolvers<never>();
  const waiting = orAborted(work.promise, stopping.signal);
  stopping.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  work.reject(new Error("broken"));
  await Bun.sleep(0);
});
