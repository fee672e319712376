import type { Draws } from "@mailwright/platform";
import type { FaultProxy } from "@mailwright/testing";
import { Redis } from "ioredis";
import type { Program } from "../harness/program.ts";
import type { Installation } from "../system/installation.ts";

/** Ends what a fault began. */
export type Heal = () => Promise<unknown> | unknown;

/** Something that goes wrong in an installation, for as long as it is not healed. */
export interface Fault {
  name: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  atLeastMs: number;
  atMostMs: number;
  strike(all: Installation, draws: Draws): Promise<Heal>;
}

const NOTHING: Heal = () => {};
const SHORT = { atLeastMs: 200, atMostMs: 4_000 };
/** Longer than a batch is locked (5 s) and than it takes to notice (2 s). */
const PAST_THE_LOCK = { atLeastMs: 8_000, atMostMs: 15_000 };

type ProgramName = "webs" | "emailClients";

function killed(kind: ProgramName, name: string): Fault {
  return {
    name: `kill -9 of ${name}`,
    weight: 3,
    ...SHORT,
    async strike(all, draws) {
      const program = draws.pick(all[kind]);
      await program.kill();
      return () => program.start();
    },
  };
}

function terminated(kind: ProgramName, name: string): Fault {
  return {
    name: `SIGTERM of ${name}`,
    weight: 1,
    ...SHORT,
    async strike(all, draws) {
      const program = draws.pick(all[kind]);
      await program.terminate();
      return () => program.start();
    },
  };
}

/** Frozen for longer than a lock holds, it wakes up as a worker whose batches are others' by now. */
function frozen(kind: ProgramName, name: string): Fault {
  return {
    name: `SIGSTOP of ${name}`,
    weight: 2,
    ...PAST_THE_LOCK,
    async strike(all, draws) {
      const program: Program = draws.pick(all[kind]);
      program.signal("SIGSTOP");
      return () => program.signal("SIGCONT");
    },
  };
}

const LINKS = ["redis", "web", "gateway", "emailClient", "postgres"] as const;

function onLink(
  name: string,
  weight: number,
  set: (link: FaultProxy, draws: Draws) => void,
): Fault {
  return {
    name: `${name} link`,
    weight,
    ...SHORT,
    async strike({ links }, draws) {
      const link = links[draws.pick(LINKS)];
      set(link, draws);
      return () => link.heal();
    },
  };
}

function scripted(name: string, answers: (draws: Draws) => object[]): Fault {
  return {
    name: `gateway: ${name}`,
    weight: 1,
    ...SHORT,
    async strike(all, draws) {
      await all.mock("PUT", "/script", answers(draws));
      return () => all.mock("DELETE", "/script");
    },
  };
}

/** Does something to Redis itself, past every link. */
async function inRedis(all: Installation, act: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(all.redis.url);
  try {
    await act(redis);
  } finally {
    redis.disconnect();
  }
}

function ofRedis(name: string, directive: string, bad: string, good: string): Fault {
  return {
    name: `Redis ${name}`,
    weight: 1,
    ...SHORT,
    async strike(all) {
      await inRedis(all, (redis) => redis.config("SET", directive, bad));
      return () => inRedis(all, (redis) => redis.config("SET", directive, good));
    },
  };
}

/** Some emails are locked, and more are waited for in the order opposite to everybody else's. */
const lockedRows: Fault = {
  name: "Postgres: locks against the grain",
  weight: 2,
  ...SHORT,
  async strike({ sql }) {
    await sql
      .begin(async (tx) => {
        await tx`SET LOCAL lock_timeout = '2s'`;
        await tx`SELECT id FROM email ORDER BY id DESC LIMIT 200 FOR UPDATE`;
        await tx`SELECT id FROM campaign ORDER BY id DESC FOR UPDATE`;
      })
      // Whichever side Postgres ends, the other goes on.
      .catch(() => {});
    return NOTHING;
  },
};

/** What happens to processes and databases. What people do meanwhile is in `deeds.ts`. */
export const OF_SERVERS: readonly Fault[] = [
  killed("emailClients", "an email client"),
  killed("webs", "a web"),
  terminated("emailClients", "an email client"),
  terminated("webs", "a web"),
  frozen("emailClients", "an email client"),
  frozen("webs", "a web"),
  {
    name: "kill -9 of Redis",
    weight: 2,
    ...SHORT,
    async strike({ redis }) {
      await redis.kill();
      return () => redis.start();
    },
  },
  ofRedis("full", "maxmemory", "1mb", "0"),
  ofRedis("refusing writes", "min-replicas-to-write", "1", "0"),
  {
    name: "kill -9 of Postgres",
    weight: 2,
    ...SHORT,
    async strike({ postgres }) {
      await postgres.kill();
      return () => postgres.start();
    },
  },
  lockedRows,
];

/** What happens on the links, and what the gateway has in store. */
export const OF_NETWORKS: readonly Fault[] = [
  onLink("cut", 2, (link) => link.set({ mode: "reset" })),
  onLink("half-open", 1, (link) => link.set({ mode: "half_open" })),
  onLink("refused", 1, (link) => link.set({ mode: "refuse" })),
  onLink("black-holed", 2, (link) => link.set({ mode: "blackhole" })),
  onLink("slow", 2, (link, draws) => link.set({ latencyMs: 50 + draws.below(400) })),
  onLink("narrow", 1, (link, draws) => link.set({ bytesPerSecond: 20_000 + draws.below(80_000) })),
  onLink("cut in the middle of an answer", 2, (link, draws) =>
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

/** Draws one, each as often as it weighs. */
export function draw<T extends { weight: number }>(faults: readonly T[], draws: Draws): T {
  let left = draws.below(faults.reduce((sum, { weight }) => sum + weight, 0));
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  throw new Error("there are no faults to draw from");
}
