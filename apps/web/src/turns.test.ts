import { expect, test } from "bun:test";
import { takingTurns } from "./turns.ts";

test("so many run at once, one of what is not urgent, and the urgent come first", async () => {
  const turns = takingTurns(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, urgent: boolean) =>
    turns(async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    }, urgent);
  const end = async (name: string) => {
    ends.get(name)?.();
    await Bun.sleep(0);
  };
  const all = [run("list 1", false), run("list 2", false), run("wanted 1", true)];
  await Bun.sleep(0);
  expect(begun).toEqual(["list 1", "wanted 1"]);
  all.push(run("list 3", false), run("wanted 2", true), run("wanted 3", true));
  await end("list 1");
  expect(begun.at(-1)).toBe("wanted 2");
  await end("wanted 1");
  expect(begun.at(-1)).toBe("wanted 3");
  await end("wanted 2");
  expect(begun.at(-1)).toBe("list 2");
  // A place is free, and it is kept for somebody who waits.
  await end("wanted 3");
  expect(begun.at(-1)).toBe("list 2");
  await end("list 2");
  expect(begun.at(-1)).toBe("list 3");
  await end("list 3");
  await Promise.all(all);
});

test("a run that fails gives its turn on", async () => {
  const turns = takingTurns(1);
  const failed = turns(() => Promise.reject(new Error("no")), false);
  const next = turns(() => Promise.resolve("done"), false);
  expect(await failed.catch((error: Error) => error.message)).toBe("no");
  expect(await next).toBe("done");
});
