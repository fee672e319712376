import { expect, test } from "bun:test";
import { createServiceClient, parseNothing } from "@mailwright/protocol";
import { whyNotReached } from "./reach.ts";

async function reasonAt(url: string): Promise<string> {
  const key = { id: "k", bytes: new Uint8Array(32) };
  const client = createServiceClient({ url, keys: [key], now: Date.now, timeoutMs: 50 });
  const answer = await client.call("GET", "/", undefined, parseNothing);
  return answer.kind === "unreachable" ? whyNotReached(answer.why) : answer.kind;
}

test("why nobody answered is said in plain words", async () => {
  await using silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  await using broken = Bun.serve({ port: 0, fetch: () => new Response("", { status: 502 }) });
  expect([
    await reasonAt("http://127.0.0.1:1"),
    await reasonAt(`http://127.0.0.1:${silent.port}`),
    await reasonAt(`http://127.0.0.1:${broken.port}`),
  ]).toEqual(["nothing listens at its address", "it did not answer in time", "it answered 502"]);
});
