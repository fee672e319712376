import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { digestId, newId } from "@mailwright/platform";
import postgres from "postgres";
import { testRun } from "./test-run.ts";

/** A database of a test's own. Disposing closes `sql` and drops it, whoever is still connected. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
  sql: postgres.Sql;
}

export interface TestDatabaseOptions {
  /** Whether it has Mailwright's tables; yes if not given. */
  migrated?: boolean;
}

const ROOT = resolve(import.meta.dir, "../../..");
const MIGRATION = join(ROOT, "apps/web/src/db/migrate.ts");
const TEMPLATE = "mailwright_template";

/**
 * Makes a fresh database on the Postgres of TEST_DATABASE_URL (a role that may create databases), or on one that all tests
 * of the run share and that is started by the first who asks. It is a copy of a database that was migrated once, which
 * takes some 30 ms.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server =
    process.env["TEST_DATABASE_URL"] ?? (await (await testRun()).serverUrl("postgres"));
  const name = `test_${newId().replaceAll("-", "")}`;
  await withConnection(server, async (admin) => {
    const template = options.migrated === false ? "template1" : await ensureTemplate(admin, server);
    await admin`create database ${admin(name)} template ${admin(template)}`;
  });
  const url = onServer(server, name);
  const sql = connect(url, 4);
  return {
    url,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 });
      await withConnection(server, (admin) => admin`drop database ${admin(name)} with (force)`);
    },
  };
}

/** Runs the migrations on a database, in the way in which `bun start` runs them. */
export async function migrateDatabase(url: string): Promise<void> {
  const migration = Bun.spawn([process.execPath, MIGRATION], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([
    migration.stdout.text(),
    migration.stderr.text(),
    migration.exited,
  ]);
  if (code !== 0) throw new Error(`The test database could not be migrated:\n${output}${errors}`);
}

/** The first who asks makes it, under a lock; the others find it finished, for it gets its name only then. */
async function ensureTemplate(admin: postgres.Sql, server: string): Promise<string> {
  const name = templateName();
  await admin`select pg_advisory_lock(hashtext(${TEMPLATE}))`;
  const found = await admin`select 1 from pg_database where datname = ${name}`;
  if (found.length === 0) {
    await dropOldTemplates(admin, name);
    const unfinished = `${TEMPLATE}_unfinished`;
    await admin`drop database if exists ${admin(unfinished)} with (force)`;
    await admin`create database ${admin(unfinished)}`;
    await migrateDatabase(onServer(server, unfinished));
    await admin`alter database ${admin(unfinished)} rename to ${admin(name)}`;
  }
  await admin`select pg_advisory_unlock(hashtext(${TEMPLATE}))`;
  return name;
}

/** Named after what it was made from: the migrations, and the day, since a migration makes the partitions of the month. */
function templateName(): string {
  const files = globSync("drizzle/**/*.{sql,json}", { cwd: ROOT }).toSorted();
  const sources = files.map((file) => join(ROOT, file));
  if (existsSync(MIGRATION)) sources.push(MIGRATION);
  const digest = digestId(sources.map((file) => readFileSync(file, "utf8")).join("\0"));
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  return `${TEMPLATE}_${day}_${digest.slice(0, 16)}`;
}

/** A server of TEST_DATABASE_URL outlives us; what was made before today is of no use to anybody. */
async function dropOldTemplates(admin: postgres.Sql, current: string) {
  const today = current.slice(0, TEMPLATE.length + "_20260101".length);
  const old = await admin<{ datname: string }[]>`
    select datname from pg_database where datname ~ ${`^${TEMPLATE}_[0-9]{8}_`} and datname < ${today}`;
  for (const { datname } of old) await admin`drop database if exists ${admin(datname)}`;
}

function onServer(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function withConnection<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = connect(url, 1);
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function connect(url: string, max: number): postgres.Sql {
  return postgres(url, { max, onnotice: () => {} });
}
