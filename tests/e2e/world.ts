import { join } from "node:path";
import { openDatabase } from "@mailwright/web/db/open.ts";
import { inviteAccount, listAccounts } from "@mailwright/web/features/accounts/accounts.ts";
import { startImport } from "@mailwright/web/features/imports/imports.ts";
import { createLinks } from "@mailwright/web/features/leaving/links.ts";
import { receiveFile } from "@mailwright/web/features/imports/upload.ts";
import { createToken } from "@mailwright/web/features/accounts/tokens.ts";
import { until } from "@mailwright/testing";
import { KEYS } from "../harness/access.ts";
import type { Installation } from "../system/installation.ts";
import { expect, OWNER, type Place, settle } from "./fixtures.ts";

const ROOT = join(import.meta.dir, "../..");

/** An installation that has been used for a while: the demonstration's history, with one campaign being sent now. */
export interface World extends Place {
  /** Ids of campaigns by their state. */
  campaigns: Record<"draft" | "sending" | "paused" | "finished" | "cancelled", string>;
  /** Ids of emails of the finished campaign by their state. */
  emails: Record<"sent" | "failed" | "skipped" | "uncertain", string>;
  segments: Record<"static" | "dynamic", string>;
  /** One waits for its columns, one has rejected rows. */
  imports: Record<"mapping" | "done", string>;
  /** A contact who was mailed, and who has opted out of the dynamic segment. */
  contact: string;
  /** Of an address that must not be mailed. */
  suppression: string;
  template: string;
  gateway: string;
  account: string;
  token: string;
  /** The path by which the recipient of the sent email can leave. */
  leave: string;
}

/** Emails a second: so slow that what is being sent is still on its way when every page has been looked at. */
const PACE = 1;

/** Fills an installation. What was sent long ago is written by `mailwright seed`, the rest happens for real. */
export async function makeWorld(installation: Installation): Promise<World> {
  const { api, postgres, emailClients, gateway } = installation;
  const place = await settle(installation);
  await seed({ DATABASE_URL: postgres.url, EMAIL_CLIENT_URL: emailClients[0]?.url ?? "" });
  await api("PATCH", "/settings", {
    from_name: "Anna of Harbour Books",
    from_email: "anna@example.com",
    organisation: "Harbour Books",
    postal_address: "Harbour Books\n12 Quay Street\nExampletown",
  });
  await api("PATCH", `/gateways/${gateway}`, { name: "Relay", rate_per_second: PACE });
  await sendSome(installation);
  const rest = await addRest(postgres.url);
  const imports = await importSome(installation);
  const ids = await findIds(installation);
  await installation.sql`INSERT INTO segment_opt_out (segment_id, contact_id, email_id)
    VALUES (${ids.segments.dynamic}, ${ids.contact}, ${ids.emails.sent})`;
  const leave = await leavePath(postgres.url, ids.emails.sent);
  return { ...place, ...rest, imports, ...ids, gateway, leave };
}

async function seed(env: Record<string, string>): Promise<void> {
  const command = [process.execPath, join(ROOT, "apps/web/src/cli/main.ts"), "seed"];
  const seeding = Bun.spawn(command.concat("--contacts", "1500"), {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", SERVICE_KEYS: KEYS, ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  expect(await seeding.exited).toBe(0);
}

/** The campaign that was left paused goes on, and another like it takes its place. */
async function sendSome({ api, sql }: Installation): Promise<void> {
  const [left] = await sql`SELECT id FROM campaign WHERE state = 'paused'`;
  const { id } = await api<{ id: string }>("POST", `/campaigns/${left?.["id"]}/duplicate`);
  await api("PATCH", `/campaigns/${id}`, { name: "Eleven new books, once more" });
  await api("POST", `/campaigns/${id}/launch`);
  await until(
    async () => (await api<{ state: string }>("GET", `/campaigns/${id}`)).state === "sending",
    {
      what: "the second campaign to be sending",
    },
  );
  await api("POST", `/campaigns/${id}/pause`);
  await api("DELETE", `/campaigns/${left?.["id"]}/pause`);
}

const CSV = [
  "email,first_name,last_name,city",
  "jo.berg@example.com,Jo,Berg,Oslo",
  "not an address,Kim,Lind,Bergen",
  "sam.holm@example.com,Sam,Holm,Tromsø",
  "",
].join("\n");

/** One file waits for its columns; another was taken, but for a row. */
async function importSome({ api, postgres }: Installation): Promise<World["imports"]> {
  await using database = openDatabase(postgres.url, { connections: 1 });
  const receive = async (fileName: string) => {
    const file = { fileName, createdBy: OWNER.name };
    const received = await receiveFile(database.db, file, bytesOf(CSV));
    if (received.kind === "uploaded") return received;
    throw new Error(received.message);
  };
  const { id: mapping } = await receive("summer-fair.csv");
  const { id: done, ...columns } = await receive("spring-fair.csv");
  await startImport(database.db, done, { ...columns, onDuplicate: "update" });
  await until(
    async () => (await api<{ state: string }>("GET", `/imports/${done}`)).state === "done",
    {
      what: "the import to be done",
    },
  );
  return { mapping, done };
}

async function* bytesOf(text: string) {
  yield new TextEncoder().encode(text);
}

/** Another person, and a program. */
async function addRest(url: string): Promise<Pick<World, "account" | "token">> {
  await using database = openDatabase(url, { connections: 1 });
  const [owner] = (await listAccounts(database.db, { limit: 1 })).items;
  if (owner === undefined) throw new Error("nobody set it up");
  const by = { kind: "user", ...owner } as const;
  const bernd = { name: "Bernd Müller", email: "bernd@example.com", role: "editor" } as const;
  const invited = await inviteAccount(database.db, by, bernd);
  const made = await createToken(database.db, {
    name: "Shop",
    role: "editor",
    createdBy: OWNER.name,
  });
  return { account: invited.kind === "invited" ? invited.id : "", token: made.id };
}

async function leavePath(url: string, email: string): Promise<string> {
  await using database = openDatabase(url, { connections: 1 });
  return (await createLinks(database.db, "").toLeave())(email);
}

async function findIds({ sql }: Installation) {
  const campaigns = await sql`SELECT DISTINCT ON (state) state AS key, id FROM campaign
    ORDER BY state, failed + uncertain DESC`;
  const { finished = "" } = byKey(campaigns);
  const emails = await sql`SELECT DISTINCT ON (state) state AS key, id FROM email
    WHERE campaign_id = ${finished} ORDER BY state, attempt DESC`;
  const segments =
    await sql`SELECT DISTINCT ON (1) CASE WHEN rule IS NULL THEN 'static' ELSE 'dynamic' END AS key, id
    FROM segment ORDER BY 1, name`;
  const { sent = "" } = byKey(emails);
  const [mailed] = await sql`SELECT contact_id AS contact, template_id AS template
    FROM email JOIN campaign ON campaign.id = campaign_id WHERE email.id = ${sent}`;
  const [not] = await sql`SELECT id AS suppression FROM suppression LIMIT 1`;
  return {
    campaigns: byKey(campaigns) as World["campaigns"],
    emails: byKey(emails) as World["emails"],
    segments: byKey(segments) as World["segments"],
    ...(mailed as Pick<World, "contact" | "template">),
    ...(not as Pick<World, "suppression">),
  };
}

function byKey(rows: readonly object[]): Record<string, string> {
  const pairs = rows as readonly { key: string; id: string }[];
  return Object.fromEntries(pairs.map(({ key, id }) => [key, id]));
}
