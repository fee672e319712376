import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describeExit, runProgram } from "../program.ts";
import { StartError } from "../start-error.ts";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import type { Home } from "./home.ts";

/** The only role of an embedded cluster. */
export const ROLE = "mailwright";

/** Makes the cluster if there is none, and says so when the one that is there cannot be used. */
export async function ensureCluster(
  home: Home,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
): Promise<void> {
  if (!existsSync(join(home.cluster, "PG_VERSION"))) {
    await createCluster(home.cluster, binaries, account, password);
  }
  if (home.link && !existsSync(home.link)) symlinkSync(home.cluster, home.link);
  checkOwner(home.cluster, account);
  checkVersion(home.cluster, binaries);
}

async function createCluster(
  cluster: string,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
) {
  // initdb works beside the place and the result is renamed: one that was killed leaves nothing that looks finished.
  const unfinished = `${cluster}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) {
    chownSync(unfinished, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    const initdb = runProgram({
      command: [
        binaries.initdb,
        `--pgdata=${unfinished}`,
        `--username=${ROLE}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        // The built-in provider sorts the same on every machine and after every upgrade of the C library.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
      ],
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      account,
      whenOrphaned: "SIGTERM",
    });
    const exit = await initdb.exited;
    if (exit.code !== 0) {
      throw new StartError(
        `The database could not be made in ${cluster}: initdb ended ${describeExit(exit)} and said\n${initdb.lastLines()}`,
      );
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(unfinished, 0o700);
  renameSync(unfinished, cluster);
}

function checkOwner(cluster: string, account: Account | undefined) {
  const { uid } = statSync(cluster);
  const ours = account?.uid ?? process.getuid?.();
  if (uid === ours) return;
  throw new StartError(
    `The database in ${cluster} belongs to another user (id ${uid}). Start as root or as that user, ` +
      "or give it to yourself with chown -R.",
  );
}

function checkVersion(cluster: string, { version }: Binaries) {
  const found = readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  const ours = version.split(".")[0];
  if (found === ours) return;
  throw new StartError(
    `The database in ${cluster} was made by PostgreSQL ${found}, and PostgreSQL ${ours} cannot read it. ` +
      `Dump it with the version of Mailwright that made it, move the folder away, and restore the dump.`,
  );
}
