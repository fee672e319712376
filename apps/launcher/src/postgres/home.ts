import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartError } from "../start-error.ts";
import { type Account, canEnter } from "./account.ts";

/** Where the cluster lies, and the folder that may hold a copy of the binaries. Both can be reached by the account. */
export interface Home {
  cluster: string;
  folder: string;
  /** In DATA_DIR, and has to point to the cluster once there is one. */
  link?: string;
}

/** /var/lib comes first: system cleaners delete what is old from the other two, and a database holds old files. */
const OUTSIDE = ["/var/lib", "/var/tmp", "/tmp"];

/** Where the cluster of a data directory lies now, if it was made already. */
export function existingCluster(dataDir: string): string | undefined {
  const link = join(dataDir, "postgres");
  const entry = lstatSync(link, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (existsSync(link)) return realpathSync(link);
  throw new StartError(
    `${link} points to a folder that is not there any more: the database is gone from it. ` +
      `Bring that folder back, or remove ${link} to begin with an empty database.`,
  );
}

/**
 * The place for a data directory's cluster: `DATA_DIR/postgres`. When we are root and the account that Postgres runs as
 * cannot enter DATA_DIR (a clone below a 0700 home), that is a link to a folder outside with a name of its own, so that
 * the next start finds it whatever the permissions are by then.
 */
export function chooseHome(dataDir: string, account: Account | undefined): Home {
  const existing = existingCluster(dataDir);
  if (existing !== undefined) return { cluster: existing, folder: dirname(existing) };
  if (account === undefined || canEnter(dataDir, account)) {
    return { cluster: join(dataDir, "postgres"), folder: dataDir };
  }
  const folder = outsideFolder(dataDir, account);
  return { cluster: join(folder, "postgres"), folder, link: join(dataDir, "postgres") };
}

function outsideFolder(dataDir: string, account: Account): string {
  const name = `mailwright-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
  for (const base of OUTSIDE) {
    if (!existsSync(base) || !canEnter(base, account)) continue;
    const folder = join(base, name);
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    const { uid, mode } = lstatSync(folder);
    // In a folder that everybody may write to, somebody may have been there first under our name.
    if (lstatSync(folder).isDirectory() && uid === 0 && (mode & 0o022) === 0) return folder;
  }
  throw new StartError(
    `Postgres runs as ${account.name}, who cannot enter ${dataDir} nor any of ${OUTSIDE.join(", ")}. ` +
      "Set DATA_DIR to a folder that every user may enter, or DATABASE_URL to a Postgres of your own.",
  );
}
