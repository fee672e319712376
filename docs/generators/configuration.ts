import { isDeepStrictEqual } from "node:util";
import { readEmailClientConfig } from "../../apps/email_client/src/config.ts";
import { readGatewayMockConfig } from "../../apps/gateway_mock/src/config.ts";
import { readSettings } from "../../apps/launcher/src/settings.ts";
import { RUNTIME } from "../../apps/launcher/src/apps.ts";
import { readWebConfig } from "../../apps/web/src/config.ts";
import { ConfigError, type ConfigSource } from "../../packages/platform/src/index.ts";
import { code, GENERATED, page, table } from "./markdown.ts";
import { type Program, type Variable, VARIABLES } from "./variables.ts";

const READERS: Record<Program, (source: ConfigSource) => object> = {
  start: (source) => readSettings(source, process.cwd()),
  web: readWebConfig,
  email_client: readEmailClientConfig,
  gateway_mock: readGatewayMockConfig,
};

const TITLES: Record<Program, string> = {
  start: "`bun start`",
  web: "web",
  email_client: "email_client",
  gateway_mock: "gateway_mock",
};

/** What can be set by the environment, program by program. Throws when a reader does not read what is said here. */
export function configurationPage(): string {
  const programs = Object.keys(VARIABLES) as Program[];
  const faults = programs.flatMap((program) => faultsOf(VARIABLES[program], READERS[program]));
  if (faults.length > 0) throw new Error(`docs/generators/variables.ts:\n${faults.join("\n")}`);
  return page(
    "# Configuration",
    GENERATED,
    "The environment is read once, at the start, and all its faults are told together. `bun start` sets what its programs need, from what it finds here and what it generates. A value outside the bounds that are named here refuses the start. [Operations](operations.md) says how keys are rotated.",
    ...programs.flatMap((program) => [
      `## ${TITLES[program]}`,
      table(
        ["Variable", "Default", "What it is"],
        VARIABLES[program].map(({ name, meaning, ...rest }) => [
          code(name),
          defaultOf(rest),
          meaning,
        ]),
      ),
    ]),
    "## What is read elsewhere",
    `${code("BUN_JSC_forceRAMSize")}, in bytes, is what Bun's collector takes for the memory of the machine, and so how much garbage it lets grow. ${code("bun start")} and the image set 256 MB for each app (${code(RUNTIME["BUN_JSC_forceRAMSize"] ?? "")}), and the memory in [Scaling](scaling.md) was measured with it ([decision 26](decisions/0026-what-an-email-costs.md)). It is no limit.`,
    `${code("TZ")} changes nothing: every process sets it to UTC, so that two machines read a date without a time zone alike.`,
    `${code("NO_COLOR")} has ${code("bun start")} write without colours, as it does anyway where no terminal reads.`,
  );
}

function defaultOf({ fallback }: { fallback?: string }): string {
  if (fallback === undefined) return "required";
  return fallback === "" ? "not set" : code(fallback);
}

/** Where the words and the reader part ways: another list of names, another required one, a default that changes something. */
export function faultsOf(
  variables: readonly Variable[],
  read: (source: ConfigSource) => object,
): string[] {
  const names = variables.map(({ name }) => name);
  const asked = namesAskedBy(read);
  const required = variables.filter(({ fallback }) => fallback === undefined);
  const missing = missedBy(read);
  return [
    ...asked
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is read and not listed`),
    ...names
      .filter((name) => !asked.includes(name))
      .map((name) => `${name} is listed and not read`),
    ...required
      .filter(({ name }) => !missing.includes(name))
      .map(({ name }) => `${name} has a default`),
    ...missing
      .filter((name) => !required.some((variable) => variable.name === name))
      .map((name) => `${name} is required`),
    ...variables
      .filter(({ fallback = "" }) => fallback !== "")
      .filter(({ name, fallback = "" }) => changesSomething(read, name, fallback))
      .map(({ name, fallback }) => `${name} is something else than ${fallback} when it is not set`),
  ];
}

/** Every name that a reader asks for, with nothing set and with everything set: some depend on others. */
function namesAskedBy(read: (source: ConfigSource) => object): string[] {
  const asked = new Set<string>();
  for (const value of [undefined, "1"]) {
    const source = new Proxy<ConfigSource>(
      {},
      {
        get(_, name) {
          asked.add(String(name));
          return value;
        },
      },
    );
    withoutFaults(() => read(source));
  }
  return [...asked];
}

function missedBy(read: (source: ConfigSource) => object): string[] {
  return withoutFaults(() => read({})).flatMap(
    (fault) => /^([A-Z_]+) is not set/.exec(fault)?.[1] ?? [],
  );
}

/** What each required variable may be, for a reader to get as far as the others. */
const SAMPLE: ConfigSource = {
  DATABASE_URL: "postgres://example.com/db",
  REDIS_URL: "redis://example.com",
  SERVICE_KEYS: `k:${Buffer.alloc(32).toString("base64")}`,
  CREDENTIALS_KEYS: `k:${Buffer.alloc(32).toString("base64")}`,
};

function changesSomething(
  read: (source: ConfigSource) => object,
  name: string,
  value: string,
): boolean {
  const needed = missedBy(read);
  const base = Object.fromEntries(
    needed.map((each) => [each, SAMPLE[each] ?? "http://example.com"]),
  );
  return !isDeepStrictEqual(read(base), read({ ...base, [name]: value }));
}

function withoutFaults(read: () => object): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
