import type { Draws } from "@mailwright/platform";
import type { FaultProxy } from "@mailwright/testing";
import { type Fault, SHORT, TRIES_AGAIN_MS } from "./faults.ts";
import type { World } from "./world.ts";

const LINKS = ["redis", "web", "gateway", "emailClient", "postgres"] as const;
type Link = (typeof LINKS)[number];

/** The links by which the email client comes to hear who must not be mailed. */
const TO_HEAR_BY: ReadonlySet<string> = new Set(["redis", "emailClient", "postgres"]);
/** A call between the services is given up after this long; one that a half-open link has swallowed lasts so long. */
const CALL_MS = 10_000;

/** The same on each of the links. */
function onLinks(
  name: string,
  weight: number,
  set: (link: FaultProxy, draws: Draws) => void,
): (Fault & { link: Link })[] {
  return LINKS.map((which) => ({
    name: `${name} link to ${which}`,
    link: which,
    weight,
    bunches: which === "redis" || which === "gateway",
    ...(TO_HEAR_BY.has(which) && { silencesMs: CALL_MS + TRIES_AGAIN_MS }),
    ...SHORT,
    async strike({ links: { [which]: link } }, draws) {
      set(link, draws);
      return () => link.heal();
    },
  }));
}

function scripted(name: string, answers: (draws: Draws) => object[]): Fault {
  return {
    name: `gateway: ${name}`,
    // As often as something on all the links.
    weight: LINKS.length,
    ...SHORT,
    async strike(all, draws) {
      await all.mock("PUT", "/script", answers(draws));
      return () => all.mock("DELETE", "/script");
    },
  };
}

/** What happens on the links that there are, and what the gateway has in store. */
export function ofNetworks({ cluster }: Pick<World, "cluster">): readonly Fault[] {
  return cluster === undefined ? ALL : ALL.filter(({ link }) => link !== "redis");
}

const ALL: readonly (Fault & { link?: Link })[] = [
  ...onLinks("cut", 2, (link) => link.set({ mode: "reset" })),
  ...onLinks("half-open", 1, (link) => link.set({ mode: "half_open" })),
  ...onLinks("refused", 1, (link) => link.set({ mode: "refuse" })),
  ...onLinks("black-holed", 2, (link) => link.set({ mode: "blackhole" })),
  ...onLinks("slow", 2, (link, draws) => link.set({ latencyMs: 50 + draws.below(400) })),
  ...onLinks("narrow", 1, (link, draws) =>
    link.set({ bytesPerSecond: 20_000 + draws.below(80_000) }),
  ),
  ...onLinks("cut in the middle of an answer,", 2, (link, draws) =>
    link.set({ cutAfterBytes: { toClient: draws.below(2_000) } }),
  ),
  scripted("429 with an odd Retry-After", (draws) => [
    {
      status: 429,
      retry_after: draws.pick([0, 1, 999_999_999, -5, "soon", "Tue, 24 Nov 2099 10:00:00 GMT"]),
      times: 20,
    },
  ]),
  scripted("a storm of 5xx", (draws) => [{ status: draws.pick([500, 502, 503]), times: 200 }]),
  scripted("answers a byte at a time", () => [{ status: 202, drip_ms: 500, times: 20 }]),
  scripted("accepted, then silent", () => [{ hang: "after", times: 8 }]),
  scripted("accepted, then cut", () => [{ cut: "after", times: 8 }]),
  scripted("silent", () => [{ hang: "before", times: 8 }]),
  scripted("malformed answers", (draws) => [
    {
      status: 202,
      body: draws.pick(["", "<html>", "{", "null"]),
      content_type: "text/html",
      times: 20,
    },
  ]),
  scripted("huge answers", () => [{ status: 202, body_bytes: 10_000_000, times: 4 }]),
];
