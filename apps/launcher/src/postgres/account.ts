import { readFileSync, statSync } from "node:fs";

/** A user of this machine by its numbers. */
export interface Account {
  uid: number;
  gid: number;
  name: string;
}

const NOBODY: Account = { uid: 65_534, gid: 65_534, name: "nobody" };

/**
 * Whom to run Postgres as, which refuses to run as root: undefined when we are not root, for then it runs as we do.
 * Data that exist stay with the user who owns them; else it is the system's `postgres`, else `nobody`.
 */
export function postgresAccount(cluster: string | undefined): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = cluster === undefined ? undefined : statSync(cluster);
  const accounts = systemAccounts();
  if (owner && owner.uid !== 0) {
    const name = accounts.find(({ uid }) => uid === owner.uid)?.name ?? `user ${owner.uid}`;
    return { uid: owner.uid, gid: owner.gid, name };
  }
  return (
    accounts.find(({ name, uid }) => name === "postgres" && uid !== 0) ??
    accounts.find(({ name, uid }) => name === "nobody" && uid !== 0) ??
    NOBODY
  );
}

/** Whether an account may enter a folder, asked of the system, which knows about access lists too. */
export function canEnter(folder: string, account: Account): boolean {
  const { uid, gid } = account;
  try {
    return Bun.spawnSync(["test", "-x", folder], { uid, gid, cwd: "/", env: {} }).success;
  } catch {
    // A container may not let us become that user at all.
    return false;
  }
}

function systemAccounts(): Account[] {
  try {
    return readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .filter((fields) => fields.length >= 4)
      .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  } catch {
    return [];
  }
}
