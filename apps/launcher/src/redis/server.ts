import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { poll } from "../poll.ts";
import { waitForPreviousHolder } from "../previous-holder.ts";
import { describeExit, type Exit, runProgram } from "../program.ts";
import { type Server, startServer } from "../server.ts";
import { findRedis, SERVER_NAMES } from "./find.ts";

export interface RedisOptions {
  /** An absolute path to a folder that exists; the data lie in `redis` below it. */
  dataDir: string;
  password: string;
  /** A free one if not given. */
  port?: number;
  /** Directives that add to ours or override them. */
  settings?: Record<string, string>;
  /** Where a fetched copy of the server is or goes; `redis-program` in the data directory if not given. */
  programDir?: string;
  /** Where installed programs are looked for, in the form of PATH. */
  path?: string;
  /** Hears what is done that takes a while. */
  say?: (line: string) => void;
  onLine?: (line: string) => void;
  /** Gives up the start. */
  signal?: AbortSignal;
}

/** Redis writes its log of appended commands to disk before it ends. */
const STOP = [["SIGTERM", 20_000]] as const;

/** A log of many gigabytes takes minutes to load. */
const LONGEST_LOAD_MS = 5 * 60_000;

/**
 * Starts a Redis on loopback that keeps what it acknowledged (appended to a log that is on the disk before it answers) and
 * never evicts a key; resolves when its data are loaded. Throws `StartError`.
 */
export async function startRedis(options: RedisOptions): Promise<Server> {
  const { dataDir, password } = options;
  const program = await findRedis(
    options.programDir ?? join(dataDir, "redis-program"),
    options.say ?? (() => {}),
    options.path,
  );
  const asked = join(dataDir, "redis");
  mkdirSync(asked, { recursive: true, mode: 0o700 });
  const directory = realpathSync(asked);

  // With the name of its user, for redis-cli takes a URL without one for that of a user whose name is empty.
  const url = (port: number) => `redis://default:${encodeURIComponent(password)}@127.0.0.1:${port}`;

  return await startServer({
    name: "Redis",
    directory,
    port: options.port,
    stop: STOP,
    url,
    async run(port) {
      await waitForPreviousHolder("Redis", directory, SERVER_NAMES);
      const config = writeConfig(directory, {
        ...DIRECTIVES,
        port: String(port),
        dir: quoted(directory),
        requirepass: quoted(password),
        ...options.settings,
      });
      return runProgram({
        command: [program.path, config],
        env: {
          PATH: "/usr/bin:/bin",
          ...(program.libraryPath && { LD_LIBRARY_PATH: program.libraryPath }),
        },
        cwd: directory,
        onLine: options.onLine,
        whenOrphaned: "SIGTERM",
      });
    },
    async whyNotReady(running, port) {
      const ready = await waitUntilLoaded(url(port), running.exited, options.signal);
      if (ready === "loaded") return undefined;
      const how = ready === "silent" ? "did not answer in time" : `ended ${describeExit(ready)}`;
      return `Redis ${how} while it started on ${directory}. It said\n${running.lastLines()}`;
    },
  });
}

const DIRECTIVES = {
  bind: "127.0.0.1",
  "protected-mode": "yes",
  daemonize: "no",
  appendonly: "yes",
  // An attempt is on the disk before it is made: a power cut that takes Redis and the email client together leaves no email
  // that was sent and is queued again. What waits for the disk at once shares one sync.
  appendfsync: "always",
  save: '""',
  "maxmemory-policy": "noeviction",
};

/** A file, not arguments: every user of the machine can read the arguments, and one of these is the password. */
function writeConfig(directory: string, directives: Record<string, string>): string {
  const file = join(directory, "redis.conf");
  const lines = Object.entries(directives).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  return file;
}

function quoted(value: string): string {
  return JSON.stringify(value);
}

async function waitUntilLoaded(
  url: string,
  exited: Promise<Exit>,
  signal?: AbortSignal,
): Promise<"loaded" | "silent" | Exit> {
  // Raced, for what answers on the port may be somebody else, who never will.
  const loaded = async () => ((await answers(url)) ? ("loaded" as const) : undefined);
  const answer = await poll(() => Promise.race([exited, loaded()]), {
    withinMs: LONGEST_LOAD_MS,
    signal,
  });
  return answer ?? "silent";
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
