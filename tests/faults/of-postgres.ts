import { type Fault, type Heal, SHORT, TRIES_AGAIN_MS } from "./faults.ts";

const NOTHING: Heal = () => {};

/** Some emails are locked, and more are waited for in the order opposite to everybody else's. */
const lockedRows: Fault = {
  name: "Postgres: locks against the grain",
  weight: 1,
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

/** The campaigns are locked first, so that whoever has locked an email and wants its campaign waits for us, and we for it. */
const deadlock: Fault = {
  name: "Postgres: a deadlock",
  weight: 2,
  ...SHORT,
  async strike({ sql }) {
    await sql
      .begin(async (tx) => {
        await tx`SET LOCAL lock_timeout = '5s'`;
        await tx`SELECT id FROM campaign ORDER BY id DESC LIMIT 4 FOR UPDATE`;
        await Bun.sleep(300);
        await tx`SELECT id FROM email ORDER BY id DESC LIMIT 1000 FOR UPDATE`;
      })
      .catch(() => {});
    return NOTHING;
  },
};

const killedPostgres: Fault = {
  name: "kill -9 of Postgres",
  weight: 2,
  ...SHORT,
  async strike({ postgres }) {
    await postgres.kill();
    return () => postgres.start();
  },
};

/** What happens to Postgres. */
export const OF_POSTGRES: readonly Fault[] = (
  [
    killedPostgres,
    {
      ...killedPostgres,
      name: "Postgres is down for 30 s",
      weight: 1,
      atLeastMs: 30_000,
      atMostMs: 31_000,
    },
    lockedRows,
    deadlock,
  ] satisfies Fault[]
).map((fault) => ({ ...fault, silencesMs: TRIES_AGAIN_MS }));
