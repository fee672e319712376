import { systemClock } from "@mailwright/platform";
import type { Message, Outcome } from "../gateways/gateway.ts";
import { seedGateway } from "../gateways/seed.ts";
import { PASSWORD } from "./client.ts";

/** A message with something of everything in it. */
export const MESSAGE: Message = {
  key: "0195f000-0000-7000-8000-000000000001",
  from: { name: "Shop", email: "shop@example.com", reply_to: "help@example.com" },
  to: { name: "Ann Ümläut", email: "ann@example.com" },
  subject: "Grüße 👋",
  html: "<p>Hello</p>",
  text: "Hello",
  headers: { "Message-ID": "<1@example.com>" },
};

/** The seed gateway at this address. */
export const openSeed = (url: string, username = "ann") =>
  seedGateway.open({
    settings: { url, username },
    secrets: { password: PASSWORD },
    clock: systemClock,
  });

export function sendTo(url: string, deadlineMs = 5_000): Promise<Outcome> {
  return openSeed(url).send(MESSAGE, AbortSignal.timeout(deadlineMs));
}

/** What one answer of an ordinary server comes to. */
export async function outcomeOf(answer: () => Response): Promise<Outcome> {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  return await sendTo(server.url.href);
}
