import { expect, test } from "bun:test";
import { readBody } from "./body.ts";

/** A body of which a byte comes whenever one is asked for, without an end. */
function trickle(): Request {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Bun.sleep(1);
      controller.enqueue(new Uint8Array(1));
    },
  });
  return new Request("http://localhost/", { method: "POST", body });
}

test("a body that trickles in is given up when it took too long, or when it is too large", async () => {
  await expect(readBody(trickle(), 100_000, 50)).rejects.toMatchObject({ status: 408 });
  await expect(readBody(trickle(), 20)).rejects.toMatchObject({ status: 413 });
});
