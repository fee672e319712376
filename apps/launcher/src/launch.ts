import { type App, appPart, type Databases, type Product } from "./apps.ts";
import { openDataDir } from "./data-dir.ts";
import { publishEnvironment } from "./environment.ts";
import { waitForGiven } from "./given-databases.ts";
import type { Say } from "./output.ts";
import { checkPorts } from "./ports.ts";
import { startPostgres } from "./postgres/server.ts";
import { describeExit, runProgram } from "./program.ts";
import { waitUntilReady } from "./readiness.ts";
import { startRedis } from "./redis/server.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { type KeepOptions, keepRunning, type KeptPart, serverPart } from "./supervisor.ts";

export interface LaunchOptions {
  /** The project's folder. */
  root: string;
  settings: Settings;
  /** What to start once the databases are there. */
  product: (settings: Settings, secrets: Secrets, databases: Databases) => Product;
  /** Whether the apps start anew when their source changes. */
  watch: boolean;
  say: Say;
  /** Gives up the start. What was started by then is stopped before the promise rejects. */
  signal: AbortSignal;
}

/**
 * Starts everything, in the order in which each part needs the one before, and resolves when every app is ready.
 * Disposing stops everything in the opposite order: apps first, together, then Redis, then Postgres. Throws `StartError`.
 */
export async function launch(options: LaunchOptions): Promise<AsyncDisposable> {
  const { root, settings, signal, say, watch } = options;
  await using starting = new AsyncDisposableStack();
  const { dataDir, runDir } = starting.use(openDataDir(settings.dataDir));
  const secrets = loadSecrets(dataDir);
  const keep = { runDir, say };
  const own = { ...options, dataDir, secrets, keep };

  await waitForGiven(settings, { say, signal });
  const databaseUrl = settings.databaseUrl ?? starting.use(await startOwnPostgres(own)).url;
  const redisUrl = settings.redisUrl ?? starting.use(await startOwnRedis(own)).url;
  const databases = { databaseUrl, redisUrl };
  const { environment, migration, apps } = options.product(settings, secrets, databases);
  checkPorts(apps);
  starting.use(publishEnvironment(runDir, environment));
  await migrate(migration, root, signal);

  const kept: KeptPart[] = [];
  starting.defer(async () => {
    await Promise.all(kept.map((part) => part[Symbol.asyncDispose]()));
  });
  for (const app of apps) kept.push(await keepRunning(appPart(app, root, watch, say), keep));
  await Promise.all(
    kept.map((part, index) => waitUntilReady(apps[index] as App, part.firstExit, watch, signal)),
  );
  return starting.move();
}

interface Own extends LaunchOptions {
  dataDir: string;
  secrets: Secrets;
  keep: KeepOptions;
}

async function startOwnPostgres({ dataDir, secrets, keep, settings, signal, say }: Own) {
  const server = await startPostgres({
    dataDir,
    password: secrets.databasePassword,
    ...(settings.postgresPort && { port: settings.postgresPort }),
    onLine: (line) => POSTGRES_ALARM.test(line) && say("postgres", line),
    signal,
  });
  return { url: server.url, ...(await keepRunning(serverPart("postgres", server), keep)) };
}

async function startOwnRedis({ dataDir, secrets, keep, settings, signal, say }: Own) {
  const server = await startRedis({
    dataDir,
    password: secrets.redisPassword,
    ...(settings.redisPort && { port: settings.redisPort }),
    say: (line) => say("mailwright", line),
    onLine: (line) => REDIS_ALARM.test(line) && say("redis", line),
    signal,
  });
  return { url: server.url, ...(await keepRunning(serverPart("redis", server), keep)) };
}

/** The rest of what the servers log is for people who look into one of them; how one ended is told anyway. */
const POSTGRES_ALARM = /^PANIC|No space left/;
const REDIS_ALARM = /No space left|MISCONF|AOF error|Bad file format/;

async function migrate({ main, env }: Product["migration"], root: string, signal: AbortSignal) {
  const program = runProgram({
    command: [process.execPath, "--no-orphans", main],
    cwd: root,
    env,
  });
  const stop = () => void program.stop([["SIGTERM", 5_000]]);
  signal.addEventListener("abort", stop, { once: true });
  const exit = await program.exited;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (exit.code === 0) return;
  throw new StartError(
    `The database could not be brought up to date: the migration ended ${describeExit(exit)} and said\n${program.lastLines()}`,
  );
}
