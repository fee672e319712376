import { expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { postgresAccount } from "./account.ts";
import { embeddedBinaries } from "./binaries.ts";
import { startPostgres } from "./server.ts";

setDefaultTimeout(60_000);

const isRoot = process.getuid?.() === 0;

/** A folder of a test's own, which others may pass through unless its mode says otherwise. */
function folder(mode = 0o711) {
  const path = mkdtempSync(join(tmpdir(), "mailwright-postgres-"));
  chmodSync(path, mode);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

async function answerOf(url: string): Promise<unknown> {
  const sql = postgres(url, { max: 1 });
  try {
    const [row] = await sql`
      select current_database() as database, current_setting('synchronous_commit') as commits,
             split_part(current_setting('server_version'), '.', 1) as version,
             (select datlocale from pg_database where datname = current_database()) as locale`;
    return { ...row };
  } finally {
    await sql.end();
  }
}

test("a data directory below a folder that Postgres's user cannot enter still has its database", async () => {
  using home = folder(0o700);
  const dataDir = join(home.path, "data");
  mkdirSync(dataDir);
  {
    await using server = await startPostgres({ dataDir, password: "p'@/ w" });
    expect(await answerOf(server.url)).toEqual({
      database: "mailwright",
      commits: "on",
      version: "18",
      locale: "C.UTF-8",
    });
  }
  const cluster = realpathSync(join(dataDir, "postgres"));
  using _outside = {
    [Symbol.dispose]: () => isRoot && rmSync(dirname(cluster), { recursive: true }),
  };
  expect(dirname(cluster)).toMatch(isRoot ? /^\/var\/lib\/mailwright-[0-9a-f]{12}$/ : dataDir);
  expect(statSync(cluster).mode & 0o777).toBe(0o700);
  // Found again through the link, even when everybody may enter by now.
  chmodSync(home.path, 0o755);
  await using again = await startPostgres({ dataDir, password: "p'@/ w" });
  expect(realpathSync(again.directory)).toBe(cluster);
});

test("another password than the cluster's is told as such", async () => {
  using dataDir = folder();
  const first = await startPostgres({ dataDir: dataDir.path, password: "one" });
  await first[Symbol.asyncDispose]();
  await expect(startPostgres({ dataDir: dataDir.path, password: "two" })).rejects.toThrow(
    "was made with another password than the one in secrets.json",
  );
});

test("a fixed port that is taken is told as such", async () => {
  using dataDir = folder();
  using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  await expect(
    startPostgres({ dataDir: dataDir.path, password: "p", port: other.port }),
  ).rejects.toThrow(`Port ${other.port}, which Postgres is to use, is taken already.`);
});

test("a pid file that a crash left behind does not stand in the way", async () => {
  using dataDir = folder();
  await using server = await startPostgres({ dataDir: dataDir.path, password: "p" });
  await server.kill();
  const pidFile = join(server.directory, "postmaster.pid");
  expect(existsSync(pidFile)).toBe(true);
  // The number may belong to another program by now; here it is ours.
  writeFileSync(pidFile, `${process.pid}\n`);
  await server.start();
  expect(await answerOf(server.url)).toMatchObject({ database: "mailwright" });
});

test("a start that was interrupted while the cluster was made begins anew", async () => {
  using dataDir = folder();
  mkdirSync(join(dataDir.path, "postgres.new"));
  writeFileSync(join(dataDir.path, "postgres.new", "half"), "");
  await using server = await startPostgres({ dataDir: dataDir.path, password: "p" });
  expect(await answerOf(server.url)).toMatchObject({ database: "mailwright" });
});

test("a link to a database that is gone is never taken for an empty one", async () => {
  using dataDir = folder();
  symlinkSync(join(dataDir.path, "elsewhere"), join(dataDir.path, "postgres"));
  await expect(startPostgres({ dataDir: dataDir.path, password: "p" })).rejects.toThrow(
    "points to a folder that is not there any more",
  );
});

test("data of another version are told as such and left alone", async () => {
  using dataDir = folder();
  const first = await startPostgres({ dataDir: dataDir.path, password: "p" });
  await first[Symbol.asyncDispose]();
  writeFileSync(join(first.directory, "PG_VERSION"), "17\n");
  await expect(startPostgres({ dataDir: dataDir.path, password: "p" })).rejects.toThrow(
    "was made by PostgreSQL 17, and PostgreSQL 18 cannot read it",
  );
});

/** The package as npm unpacks it: without its links. */
function unpackedPackage(into: string) {
  const native = dirname(dirname(embeddedBinaries(into, undefined).postgres));
  const copy = join(into, "native");
  cpSync(native, copy, {
    recursive: true,
    filter: (file) => !lstatSync(file).isSymbolicLink(),
  });
  return { native: copy, version: "18.4.0" };
}

test("links that the package's install script did not make are made", () => {
  using home = folder();
  const installed = unpackedPackage(home.path);
  const binaries = embeddedBinaries(home.path, postgresAccount(undefined), installed);
  expect(dirname(dirname(binaries.postgres))).toBe(installed.native);
});

test("programs that cannot be executed or mended where they lie are copied", () => {
  using home = folder();
  using closed = folder(0o700);
  const installed = unpackedPackage(closed.path);
  chmodSync(join(installed.native, "lib"), 0o555);
  const account = postgresAccount(undefined);
  const binaries = embeddedBinaries(home.path, account, installed);
  expect(binaries.postgres).toBe(join(home.path, "postgres-binaries-18.4.0/native/bin/postgres"));
  expect(embeddedBinaries(home.path, account, installed)).toEqual(binaries);
  chmodSync(join(installed.native, "lib"), 0o755);
});
