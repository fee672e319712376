import type { Sql } from "postgres";
import { openDatabase } from "@mailwright/web/db/open.ts";
import { inviteAccount, listAccounts } from "@mailwright/web/features/accounts/accounts.ts";
import { createToken } from "@mailwright/web/features/accounts/tokens.ts";
import { startImport } from "@mailwright/web/features/imports/imports.ts";
import { receiveFile } from "@mailwright/web/features/imports/upload.ts";
import { until } from "@mailwright/testing";
import type { BenchInstallation } from "./installation.ts";
import { signInOwner } from "./owner.ts";

/** What there are few of, whatever the size of an installation. */
export interface Rest {
  /** The cookie of the owner, who is signed in. */
  cookie: string;
  account: string;
  token: string;
  /** One waits for its columns, one is done and has rejected rows. */
  imports: Record<"mapping" | "done", string>;
}

/** Of a file's rows, every tenth is no contact. */
const CSV = `email,city\n${Array.from({ length: 1_000 }, (_, n) => (n % 10 === 0 ? `nobody ${n},Oslo` : `fair${n}@example.net,Oslo`)).join("\n")}\n`;

export async function addRest({ sql, web, api }: BenchInstallation): Promise<Rest> {
  const cookie = await signInOwner(web.url);
  await using database = openDatabase(urlOf(sql), { connections: 2 });
  const { db } = database;
  const [owner] = (await listAccounts(db, { limit: 1 })).items;
  if (owner === undefined) throw new Error("nobody set it up");
  const invited = await inviteAccount(
    db,
    { kind: "user", ...owner },
    {
      name: "Bernd",
      email: "bernd@example.com",
      role: "editor",
    },
  );
  if (invited.kind !== "invited") throw new Error("nobody could be invited");
  const token = await createToken(db, { name: "Shop", role: "editor", createdBy: "Bench" });
  const receive = async (fileName: string) => {
    const received = await receiveFile(db, { fileName, createdBy: "Bench" }, bytesOf(CSV));
    if (received.kind === "refused") throw new Error(received.message);
    return received;
  };
  const { id: mapping } = await receive("summer-fair.csv");
  const { id: done, ...columns } = await receive("spring-fair.csv");
  await startImport(db, done, { ...columns, onDuplicate: "update" });
  await until(
    async () => (await api<{ state: string }>("GET", `/imports/${done}`)).state === "done",
    {
      what: "the import to be done",
      timeoutMs: 60_000,
    },
  );
  return { cookie, account: invited.id, token: token.id, imports: { mapping, done } };
}

async function* bytesOf(text: string) {
  yield new TextEncoder().encode(text);
}

export function urlOf({ options: { user, pass, host, port, database } }: Sql): string {
  return `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`;
}
