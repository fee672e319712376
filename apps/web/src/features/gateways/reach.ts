import type { ServiceAnswer } from "@mailwright/protocol";

/** What became of asking something of a gateway. An incomplete one is unknown to the email client as one to send through. */
export type Asked<T> =
  | { kind: "answered"; result: T }
  | { kind: "unknown" }
  | { kind: "refused"; why: string }
  | { kind: "unreachable"; why: string };

/** Of a test of which no gateway's word came back, in the API. */
export const TEST_UNKNOWN =
  "Nobody can say whether the test was sent: the email client did not tell";

/** What became of asking each of the gateways that attempts through one go through, in their order. */
export type AskedOfEach<T> = { gateway: { id: string; name: string }; asked: Asked<T> }[];

/** Asks all of them at once: one that is silent makes nobody wait for another. */
export function askEach<T>(
  { through }: { through: readonly { id: string; name: string }[] },
  ask: (gateway: { id: string; name: string }) => Promise<Asked<T>>,
): Promise<AskedOfEach<T>> {
  return Promise.all(
    through.map(async ({ id, name }) => ({
      gateway: { id, name },
      asked: await ask({ id, name }),
    })),
  );
}

/** Of a gateway that is no route: of itself. */
export function onlyOne<T>([one]: AskedOfEach<T>): Asked<T> {
  return one?.asked ?? { kind: "unknown" };
}

export function askedOf<T>(answer: ServiceAnswer<T>): Asked<T> {
  switch (answer.kind) {
    case "ok":
      return { kind: "answered", result: answer.value };
    case "refused":
      return answer.status === 404 ? { kind: "unknown" } : { kind: "refused", why: answer.why };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

/** Why the email client was not reached, as a part of a sentence. The runtime's own words ask about "the url". */
export function whyNotReached(why: string): string {
  if (/ECONNREFUSED|unable to connect/i.test(why)) return "nothing listens at its address";
  if (/ENOTFOUND|EAI_AGAIN|getaddrinfo/i.test(why)) return "its address is not known";
  return why.replace(/[.?!\s]+$/, "");
}
