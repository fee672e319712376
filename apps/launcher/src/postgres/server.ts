import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { waitForPreviousHolder } from "../previous-holder.ts";
import { nameOf } from "../process-table.ts";
import { describeExit, runProgram } from "../program.ts";
import { type Server, startServer } from "../server.ts";
import { postgresAccount } from "./account.ts";
import { embeddedBinaries } from "./binaries.ts";
import { ensureCluster, ROLE } from "./cluster.ts";
import { chooseHome, existingCluster } from "./home.ts";
import { openDatabase } from "./readiness.ts";
import { postgresSettings } from "./settings.ts";

export interface PostgresOptions {
  /** An absolute path to a folder that exists; the cluster is made in `postgres` below it, or linked there. */
  dataDir: string;
  /** The password of the only role. It is set when the cluster is made and has to be the same ever after. */
  password: string;
  /** Made if it does not exist; `mailwright` if not given. */
  database?: string;
  /** A free one if not given. */
  port?: number;
  /** Server settings that add to ours or override them. */
  settings?: Record<string, string>;
  /** Where a copy of the programs goes if they cannot be executed where they are installed. */
  binariesDir?: string;
  onLine?: (line: string) => void;
  /** Gives up the start. */
  signal?: AbortSignal;
}

/** Fast: open transactions are rolled back and clients sent away. Then immediate: as a crash, recovered at next start. */
const STOP = [
  ["SIGINT", 20_000],
  ["SIGQUIT", 5_000],
] as const;

/** The longest path of a socket is 107 bytes, and Postgres adds `/.s.PGSQL.65535` to the folder. */
const LONGEST_SOCKET_FOLDER = 90;

/**
 * Starts the embedded Postgres 18 on loopback and resolves when it answers and the database exists. It also listens on a
 * unix socket in its data directory, which only root and its own user can enter. Throws `StartError`.
 */
export async function startPostgres(options: PostgresOptions): Promise<Server> {
  const { dataDir, password, database = "mailwright", signal } = options;
  const account = postgresAccount(existingCluster(dataDir));
  const home = chooseHome(dataDir, account);
  const binaries = embeddedBinaries(options.binariesDir ?? home.folder, account);
  await ensureCluster(home, binaries, account, password);
  const cluster = realpathSync(home.cluster);
  const urlOf = (port: number, name: string) =>
    `postgres://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;

  return await startServer({
    name: "Postgres",
    directory: cluster,
    port: options.port,
    stop: STOP,
    url: (port) => urlOf(port, database),
    async run(port) {
      await waitForPreviousHolder("Postgres", cluster, ["postgres"]);
      forgetReusedPid(join(cluster, "postmaster.pid"));
      const settings = {
        ...postgresSettings(),
        port: String(port),
        unix_socket_directories: cluster.length <= LONGEST_SOCKET_FOLDER ? cluster : "",
        ...options.settings,
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      return runProgram({
        command: [binaries.postgres, "-D", cluster, ...flags],
        env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
        account,
        onLine: options.onLine,
        whenOrphaned: "SIGINT",
      });
    },
    async whyNotReady(program, port) {
      const opened = await openDatabase(urlOf(port, "postgres"), database, program.exited, signal);
      switch (opened.state) {
        case "open":
          return undefined;
        case "ended":
          return `Postgres ended ${describeExit(opened.exit)} while it started on ${cluster}. It said\n${program.lastLines()}`;
        case "silent":
          return `Postgres started on ${cluster} but did not answer in time. It said\n${program.lastLines()}`;
        case "wrong_password":
          return (
            `The database in ${cluster} was made with another password than the one in secrets.json. ` +
            "Bring the secrets.json of that database back, or move its folder away to begin with an empty one."
          );
        default:
          return opened satisfies never;
      }
    },
  });
}

/**
 * After a crash the number in the pid file may have been given to another program of the same user, which Postgres would
 * take for another Postgres. In every other case the file stays: by it Postgres finds out whether children of a killed
 * server are still at work on the data.
 */
function forgetReusedPid(pidFile: string) {
  if (!existsSync(pidFile)) return;
  const name = nameOf(Number.parseInt(readFileSync(pidFile, "utf8"), 10));
  if (name !== undefined && name !== "postgres") rmSync(pidFile);
}
