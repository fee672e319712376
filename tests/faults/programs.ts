import { peakMemoryMb } from "../bench/memory.ts";
import { KEYS } from "../harness/access.ts";
import type { Program } from "../harness/program.ts";
import type { Installation } from "../system/installation.ts";
import type { Breach } from "../system/breach.ts";
import { directRedis, serversOf } from "../system/direct-redis.ts";
import { journalLeft } from "../system/journal-left.ts";
import { DOMAINS } from "./world.ts";

/** Far above what either needs (150 to 250 MB), far below what one would grow to that keeps what it has done. */
const MOST_MEMORY_MB = 500;

/** Two of each service hold 9 to Redis and up to 30 to Postgres; whatever was killed or cut off leaves none behind. */
const MOST_CONNECTIONS = 40;

/** What no log may hold: the gateway's passwords all begin like the first. */
const NOT_FOR_LOGS = [
  "hunter",
  ...new Set(DOMAINS.map((domain) => `@${domain}`)),
  "Hello P",
  "mw_",
  KEYS.slice(3),
];

/** What is broken when all is quiet, of what concerns the processes and not the ledger. */
export async function breachesOfPrograms(all: Installation): Promise<Breach[]> {
  const { left, emails, counted } = await journalLeft(all);
  const connections = await connectionsTo(all);
  const programs: [string, Program][] = [
    ...all.webs.map((web, n): [string, Program] => [`web ${n + 1}`, web]),
    ...all.emailClients.map((client, n): [string, Program] => [`email client ${n + 1}`, client]),
  ];
  return [
    ...left.map((what) => bounded("Redis", `${what} when all is over`)),
    ...emails.map(({ id, campaign, detail }): Breach => ({
      ...bounded(campaign, detail),
      email: id,
    })),
    ...(counted ? [] : [bounded("Redis", "it has no counts of the journal")]),
    ...Object.entries(connections)
      .filter(([, open]) => open > MOST_CONNECTIONS)
      .map(([server, open]) => bounded(server, `${open} connections are open`)),
    ...programs.flatMap(([name, program]): Breach[] => {
      const memory = peakMemoryMb(program.pid);
      const said = NOT_FOR_LOGS.filter((text) => program.output().includes(text));
      return [
        ...(memory > MOST_MEMORY_MB ? [bounded(name, `${memory} MB`)] : []),
        ...said.map((text) => ({
          invariant: "I nothing personal is logged" as const,
          about: name,
          detail: text,
        })),
      ];
    }),
  ];
}

/** Connections that are open now, of everybody. */
async function connectionsTo(all: Installation): Promise<Record<string, number>> {
  const direct = directRedis(all);
  try {
    // Only then it is known which nodes there are.
    await direct.ping();
    const clients = await Promise.all(
      serversOf(direct).map(async (server) => {
        const [, open] = /^connected_clients:(\d+)/m.exec(await server.info("clients")) ?? [];
        return Number(open);
      }),
    );
    const [row] =
      await all.sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE client_port IS NOT NULL`;
    return { Redis: Math.max(...clients), Postgres: row?.["n"] as number };
  } finally {
    direct.disconnect();
  }
}

export function bounded(about: string, detail: string): Breach {
  return { invariant: "H bounded", about, detail };
}
