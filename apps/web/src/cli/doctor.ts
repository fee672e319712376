import { sql } from "drizzle-orm";
import {
  type ServiceAnswer,
  parseMachineView,
  parseRedisView,
  parseSettingsView,
  type RedisView,
  ROUTE,
} from "@mailwright/protocol";
import type { Context } from "../context.ts";
import { countPending } from "../db/migrate.ts";
import { codeOf } from "../db/sqlstate.ts";
import { whyUnusable } from "../db/unusable.ts";
import { checkConnection, type Checked } from "../features/gateways/connection-check.ts";
import { hasPostalAddress, readSettings } from "../features/settings/settings.ts";
import { problemOf, realGateway } from "../features/settings/public-address.ts";
import type { Command } from "./command.ts";
import { differences } from "./replay-queries.ts";

/** What was looked at, how it is, and what to do when it is not well. */
interface Finding {
  about: string;
  ok: boolean;
  says: string;
}

export const doctor: Command = {
  usage: "doctor",
  does: "looks at every part and says what is wrong and what to do",
  async run(_given, { context, print }) {
    let ill = 0;
    for (const examine of [postgres, ledger, emailClient, sender, links]) {
      for (const { about, ok, says } of await examine(context)) {
        print(`${ok ? "ok  " : "FAIL"}  ${about}: ${says}`);
        if (!ok) ill++;
      }
    }
    print(
      ill === 0
        ? "Everything is well."
        : `${ill} thing${ill === 1 ? " needs" : "s need"} attention.`,
    );
    return ill === 0 ? 0 : 1;
  },
};

const OLDEST_POSTGRES = 180_000;

async function postgres({ db }: Context): Promise<Finding[]> {
  try {
    const [row] = await db.execute<{ version: string; number: number }>(sql`
      SELECT current_setting('server_version') AS "version", current_setting('server_version_num')::integer AS "number"
    `);
    const { version = "?", number = 0 } = row ?? {};
    const pending = await countPending(db);
    return [
      {
        about: "Postgres",
        ok: number >= OLDEST_POSTGRES,
        says:
          number >= OLDEST_POSTGRES
            ? `version ${version}`
            : `version ${version} is too old: 18 or newer is needed (uuidv7)`,
      },
      {
        about: "migrations",
        ok: pending === 0,
        says:
          pending === 0
            ? "all are applied"
            : `${pending} ${pending === 1 ? "is" : "are"} missing: run \`bun mailwright migrate\``,
      },
    ];
  } catch (error) {
    return [{ about: "Postgres", ok: false, says: wordOf(error) }];
  }
}

async function ledger({ db }: Context): Promise<Finding[]> {
  try {
    const { emails, found } = await differences(db, undefined);
    const says =
      found.length === 0
        ? `${emails} emails, all as their history says`
        : "differs from its history: run `bun mailwright replay`";
    return [{ about: "ledger", ok: found.length === 0, says }];
  } catch (error) {
    return [{ about: "ledger", ok: false, says: `could not be read: Postgres ${wordOf(error)}` }];
  }
}

/** Skew beyond this and the services refuse each other's signatures soon (60 s). */
const MOST_SKEW_MS = 20_000;

async function emailClient({ config, emailClient: client, clock }: Context): Promise<Finding[]> {
  const about = "email client";
  const machine = await client.call("GET", "/v1/machine", undefined, parseMachineView);
  if (machine.kind === "refused") {
    const says = `refuses our calls (${machine.status}): SERVICE_KEYS must be the same for both services, and their clocks near`;
    return [{ about, ok: false, says }];
  }
  if (machine.kind === "unreachable")
    return [{ about, ok: false, says: await whyUnreachable(config.emailClientUrl, machine.why) }];
  const { emails, outbox } = machine.value;
  const redis = await client.call("GET", "/v1/redis", undefined, parseRedisView);
  const settings = await client.call("GET", "/v1/settings", undefined, parseSettingsView);
  const gateways = settings.kind === "ok" ? settings.value.gateways : [];
  const ready = gateways.filter(({ complete }) => complete);
  const complete = ready.length;
  const through = ready.filter(({ kind }) => kind !== ROUTE);
  const checked = await checkConnection({ emailClient: client }, { through });
  const health = await ask(`${config.emailClientUrl}/livez`);
  const skew = Math.abs(Date.parse(health?.date ?? "") - clock.now());
  return [
    { about, ok: true, says: `answers; ${emails} emails under way, ${outbox} reports waiting` },
    ...wordOfRedis(redis),
    {
      about: "gateways",
      ok: complete > 0,
      says:
        complete > 0
          ? `${complete} of ${gateways.length} ready`
          : "none is set up: add one in Settings, Gateways",
    },
    ...checked.map(wordOfCheck),
    ...(skew > MOST_SKEW_MS
      ? [
          {
            about: "clocks",
            ok: false,
            says: `the two services are ${Math.round(skew / 1000)} s apart: set their clocks by NTP`,
          },
        ]
      : []),
  ];
}

/** Longer than the email client waits for its own Redis before it says that it lacks it. */
const HEALTH_MS = 4_000;

/** A process that is frozen, or behind a link that goes nowhere, takes the call and never answers. */
async function ask(url: string) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MS) });
    return {
      status: response.status,
      date: response.headers.get("date"),
      text: await response.text(),
    };
  } catch {
    return undefined;
  }
}

/** It answers without its Redis too, but only that it lacks it; and before it has found one it does not even listen. */
async function whyUnreachable(url: string, why: string): Promise<string> {
  const health = await ask(`${url}/readyz`);
  return health?.status === 503 && health.text.includes("redis")
    ? "cannot use its Redis, and its log says why: look at REDIS_URL and at the disk of that Redis"
    : `does not answer at EMAIL_CLIENT_URL (${why}): it is not running there, or waits for its Redis, as its log says then`;
}

function wordOfRedis(asked: ServiceAnswer<RedisView>): Finding[] {
  const about = "Redis";
  if (asked.kind !== "ok")
    return [{ about, ok: false, says: "the email client cannot ask it, and its log says why" }];
  const { faults } = asked.value;
  if (faults.length === 0) return [{ about, ok: true, says: "keeps what it acknowledges" }];
  return faults.map((says) => ({ about, ok: false, says }));
}

/** What its service answers; or what is in the way of asking it, such as PRIVATE_GATEWAYS. */
function wordOfCheck({ gateway, asked }: Checked[number]): Finding {
  const about = `gateway “${gateway.name}”`;
  switch (asked.kind) {
    case "answered":
      return { about, ok: asked.result.outcome === "ready", says: asked.result.detail };
    case "unknown":
      return { about, ok: false, says: "the email client cannot open it, and its log says why" };
    case "refused":
    case "unreachable":
      return { about, ok: false, says: `could not be checked: ${asked.why}` };
  }
}

async function sender({ db }: Context): Promise<Finding[]> {
  const about = "sender";
  try {
    const settings = await readSettings(db);
    if (settings.from_email === "")
      return [{ about, ok: false, says: "no From address is set: Settings, Sender" }];
    if (!hasPostalAddress(settings)) {
      const says = "no postal address is set, so no campaign can be launched: Settings, Sender";
      return [{ about, ok: false, says }];
    }
    return [{ about, ok: true, says: "set" }];
  } catch (error) {
    return [{ about, ok: false, says: `could not be read: Postgres ${wordOf(error)}` }];
  }
}

/** Only a stand-in may take emails whose links lead nowhere, or do without one click (RFC 8058). */
async function links({ config, gatewayWatch }: Context): Promise<Finding[]> {
  const { webUrl } = config;
  const seen = await gatewayWatch.refresh();
  const real = seen.kind === "seen" ? realGateway(seen.view) : undefined;
  return [{ about: "links in emails", ...wordOfLinks(webUrl, real?.name) }];
}

function wordOfLinks(webUrl: string, real: string | undefined): Omit<Finding, "about"> {
  const problem = problemOf(webUrl);
  if (problem === undefined)
    return { ok: true, says: "emails offer to unsubscribe with one click" };
  if (real === undefined)
    return {
      ok: true,
      says: `WEB_URL is ${webUrl}, which will do while no real gateway is set up`,
    };
  const so = problem.blocksLaunch ? "are not launched" : "cannot be left with one click";
  const says = `WEB_URL is ${webUrl}, so campaigns through “${real}” ${so}: set it to the https address at which recipients reach web`;
  return { ok: false, says };
}

/** Says enough here, and holds no value of a query. */
function wordOf(error: unknown): string {
  return whyUnusable(error) ?? `does not answer as it should (${codeOf(error) || "no code"})`;
}
