import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@mailwright/testing";
import { allGone, type Launched, launched, ROOT } from "../../apps/launcher/fixtures/launched.ts";

const folder = mkdtempSync(join(tmpdir(), "mailwright-start-"));
// As `mkdir` would have made it: into a folder that nobody else may enter root's Postgres would put a link to one of its own.
chmodSync(folder, 0o755);
const dataDir = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `bun start`, as the README says. */
function started(): Launched {
  return launched({
    dataDir,
    command: [process.execPath, "start"],
    env: { MOCK_WEIGHTS: "202=1" },
  });
}

test("bun start in an empty folder sends a first campaign, Ctrl-C leaves nothing running, and the next start has it all", async () => {
  let token: string;
  let campaign: string;
  {
    await using running = started();
    await running.ready();
    expect((await fetch(`${running.url}/setup`)).status).toBe(200);
    token = await newToken();
    const api = callsTo(running, token);
    await api("POST", "/contacts", { email: "ann@example.com", first_name: "Ann" });
    campaign = await firstCampaign(api);
    const pids = running.pids();
    expect(Object.keys(pids).toSorted()).toEqual(PARTS);
    running.pressCtrlC();
    await running.exitCode;
    expect(running.output).toContain("stopped");
    await allGone(pids);
  }
  await using again = started();
  await again.ready();
  const api = callsTo(again, token);
  expect(await api("GET", `/campaigns/${campaign}`)).toMatchObject({
    state: "finished",
    counts: { sent: 1 },
  });
});

const PARTS = ["email_client", "gateway_mock", "launcher", "postgres", "redis", "web"];

type Api = <T>(method: string, path: string, body?: object) => Promise<T>;

/** Everything is set up by the API, but for the gateway: that one comes along. */
async function firstCampaign(api: Api): Promise<string> {
  await api("PATCH", "/settings", {
    from_name: "Acme",
    from_email: "news@example.com",
    postal_address: "1 High Street, London",
  });
  const segment = await api<{ id: string }>("POST", "/segments", {
    name: "Everybody",
    rule: { field: "email", is: "contains", value: "@" },
  });
  const template = await api<{ id: string }>("POST", "/templates", {
    name: "News",
    kind: "text",
    subject: "Hello {{ contact.first_name }}",
    body: "Hello",
  });
  const { id } = await api<{ id: string }>("POST", "/campaigns", {
    name: "First",
    template_id: template.id,
    segment_ids: [segment.id],
  });
  await api("POST", `/campaigns/${id}/launch`);
  await until(
    async () => (await api<{ state: string }>("GET", `/campaigns/${id}`)).state === "finished",
    { what: "the first campaign to finish", timeoutMs: 30_000 },
  );
  return id;
}

/** A token made at another terminal. */
async function newToken(): Promise<string> {
  const command = [process.execPath, "run", "--silent", "mailwright", "token", "create"];
  const made = Bun.spawn([...command, "--name", "First", "--role", "owner"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir },
    stdout: "pipe",
  });
  return (await new Response(made.stdout).text()).trim();
}

function callsTo({ url }: Launched, token: string): Api {
  return async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
}
