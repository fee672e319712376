import { type Fault, PAST_THE_LOCK, SHORT, TRIES_AGAIN_MS } from "./faults.ts";

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
    bunches: kind === "emailClients",
    silencesMs: TRIES_AGAIN_MS,
    ...PAST_THE_LOCK,
    async strike(all, draws) {
      const program = draws.pick(all[kind]);
      program.signal("SIGSTOP");
      return () => program.signal("SIGCONT");
    },
  };
}

const HOUR_MS = 3_600_000;
/** An hour is what a clock goes wrong by that is set by hand twice a year, five seconds what a signature may be off by. */
const JUMPS_MS = [-2 * HOUR_MS, -HOUR_MS, -30_000, -5_000, 5_000, 30_000, HOUR_MS, 2 * HOUR_MS];

function clockWrong(kind: ProgramName, name: string, program: string): Fault {
  return {
    name: `the clock of ${name} jumps`,
    weight: 2,
    silencesMs: TRIES_AGAIN_MS,
    ...SHORT,
    async strike({ clocks, [kind]: programs }, draws) {
      const one = `${program}-${draws.below(programs.length)}`;
      clocks.shift(one, draws.pick(JUMPS_MS));
      return () => clocks.shift(one, 0);
    },
  };
}

/** What happens to processes. What people do meanwhile is in `deeds.ts`. */
export const OF_PROGRAMS: readonly Fault[] = [
  killed("emailClients", "an email client"),
  killed("webs", "a web"),
  terminated("emailClients", "an email client"),
  terminated("webs", "a web"),
  frozen("emailClients", "an email client"),
  frozen("webs", "a web"),
  clockWrong("emailClients", "an email client", "email_client"),
  clockWrong("webs", "a web", "web"),
];
