import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { code, GENERATED, page, table } from "./markdown.ts";

const ROOT = resolve(import.meta.dir, "../..");

interface Fault {
  fault: string;
  /** What the system does about it. */
  answer: string;
}

/** The faults that the promise is held against, by their numbers, from 1. */
const FAULTS: readonly Fault[] = [
  {
    fault: "kill -9 of an email client before the socket opens",
    answer: "What was in the journal as begun is uncertain, the rest is sent.",
  },
  {
    fault: "kill -9 after the request's bytes, before the answer",
    answer: "Uncertain, and never sent again unless the campaign says so.",
  },
  {
    fault: "kill -9 after the acceptance, before the commit",
    answer: "As 2: accepted once, told as uncertain.",
  },
  {
    fault: "SIGTERM in the middle of a batch",
    answer: "Attempts under way end, batches are given back, nothing is even uncertain.",
  },
  {
    fault: "A process frozen past its lock",
    answer: "Its fence is stale: it writes nothing when it wakes up.",
  },
  {
    fault: "kill -9 of Redis, and its return",
    answer: "The journal is in its append-only file; work goes on by itself.",
  },
  {
    fault: "Redis loses its last seconds",
    answer:
      "Processes notice that what Redis acknowledged to them is gone; the live batches are handed over again as what may have been attempted.",
  },
  {
    fault: "Redis answers OOM or READONLY",
    answer: "Batches are refused with 503 and nothing is half written; what was begun ends.",
  },
  {
    fault: "Redis is emptied, or is another",
    answer:
      "The missing gateway is said on every page; emails wait, and those that may have been attempted are uncertain.",
  },
  {
    fault: "Postgres is away during the fan-out",
    answer: "It goes on with what was committed, each contact once.",
  },
  {
    fault: "Serialisation failures and deadlocks in Postgres",
    answer: "The transaction is run again, five times at the most; reports may be repeated.",
  },
  {
    fault: "Web is away and reports pile up",
    answer:
      "The outbox is bounded, and no attempt begins while it is full; then it is emptied call by call, while pages become a little slower for some seconds (decision 38), and every history is whole.",
  },
  {
    fault: "A report comes twice, and at once",
    answer: "(email, run, seq) names it: one row, the same answer.",
  },
  {
    fault: "Reports out of order, or with a hole",
    answer: "An email only moves forward; what is late fills the hole.",
  },
  {
    fault: "Web takes a report and its answer is lost",
    answer: "It comes again and changes nothing.",
  },
  {
    fault: "A form or call is sent many times",
    answer: "One campaign, one run, one email a contact; the others are told 409.",
  },
  {
    fault: "429 with Retry-After in seconds, as a date, or absurd",
    answer:
      "The email waits as long as it was told, a day at the most, and it costs no attempt; what reaches past the time for which it is tried is cut to the last moment of it, and on a route it binds the gateway and not the email; each process that was told leaves the gateway alone for as long, a minute at the most.",
  },
  {
    fault: "A storm of 5xx, and its end",
    answer: "The breaker opens, one probe at a time asks, retries come with jitter.",
  },
  {
    fault: "Slow answers, dead connections, unknown names, certificates that ran out",
    answer:
      "The deadline covers the body, slots come back; what never left is tried again, the rest is uncertain.",
  },
  {
    fault: "The gateway accepts and falls silent",
    answer: "Exactly those emails are uncertain.",
  },
  {
    fault: "Malformed answers",
    answer: "Read up to 64 KB and told as what they are; the status decides.",
  },
  {
    fault: "Contacts or templates that are poison",
    answer: "The email fails at once and for good, with the reason; its neighbours are sent.",
  },
  {
    fault: "Clocks jump by hours",
    answer:
      "Signatures are refused and reports wait; due times, locks and ages go by Redis's clock.",
  },
  {
    fault: "No room on the disk, no file descriptors",
    answer:
      "Without room in Redis no attempt begins, and what was begun waits to be written. Without room in Postgres reports wait, and what would be saved is refused with 503 and the reason; what is there can be read.",
  },
  {
    fault: "Pause, cancel, unsubscribing and new credentials race with sending",
    answer:
      "A pause holds from its answer on, an email is sent or cancelled and never both, who is suppressed is skipped before the next attempt.",
  },
];

interface NamedTest {
  path: string;
  title: string;
}

/** The faults with the tests that stand for them. Throws when one has no test, or a test names one that is not listed. */
export function faultsPage(): string {
  const tests = namedTests();
  const faulty = [
    ...FAULTS.flatMap((_, n) => (tests.has(n + 1) ? [] : [`fault ${n + 1} has no test`])),
    ...[...tests.keys()]
      .filter((n) => n < 1 || n > FAULTS.length)
      .map((n) => `there is no fault ${n}`),
  ];
  if (faulty.length > 0) throw new Error(faulty.join("; "));
  return page(
    "# Faults",
    GENERATED,
    "What goes wrong sooner or later, what becomes of it, and the tests that hold it to that. A test stands for a fault when its title begins with `fault` and the number; every number has one. `bun faults` strikes with most of them at random and at once; `bun bench recovery` measures how soon work goes on after 1, 6 and 10.",
    "What the kernel kills for want of memory gets the same SIGKILL as by `kill -9`, and no word before it. So there is no test of its own for that: 1 to 3 and 15 kill our services, 6 and 10 Redis and Postgres. `bun start` and the compose files start our services again.",
    "For a full disk (24) the tests limit how large a file may be, because no disk can be filled on every machine. Redis and Postgres come to the same places in their code by that. Only Postgres says it by another code, `XX000` instead of `53100`: web is held to both.",
    table(
      ["No.", "Fault", "What becomes of it", "Tests"],
      FAULTS.map(({ fault, answer }, n) => [
        String(n + 1),
        fault,
        answer,
        (tests.get(n + 1) ?? []).map(({ path, title }) => `${code(path)}: ${title}`).join("<br>"),
      ]),
    ),
  );
}

/** The tests whose titles begin with a fault, by its number. */
function namedTests(): Map<number, NamedTest[]> {
  const found = new Map<number, NamedTest[]>();
  const paths = globSync("{apps,packages,tests}/**/*.test.{ts,tsx}", {
    cwd: ROOT,
    exclude: ["**/node_modules/**"],
  });
  for (const path of paths.toSorted()) {
    for (const [, number, title = ""] of readFileSync(join(ROOT, path), "utf8").matchAll(
      /^\s*(?:test\(\s*|\]\)\(\s*)"fault (\d+): ([^"]+)"/gm,
    )) {
      const of = found.get(Number(number)) ?? [];
      found.set(Number(number), [...of, { path, title }]);
    }
  }
  return found;
}
