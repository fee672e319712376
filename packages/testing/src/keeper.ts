// Runs the servers that the tests of one run share, for as long as the process that the run is named after runs.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "@mailwright/launcher/postgres/server.ts";
import { startRedis } from "@mailwright/launcher/redis/server.ts";
import type { Server } from "@mailwright/launcher/server.ts";
import { PASSWORD, THROWAWAY_POSTGRES } from "./throwaway.ts";
import { isRunning, type SharedServer } from "./test-run.ts";

const [run = "", directory = ""] = process.argv.slice(2);

const servers = new Map<SharedServer, Promise<Server>>();

const start: Record<SharedServer, () => Promise<Server>> = {
  postgres: () =>
    startPostgres({
      dataDir: directory,
      password: PASSWORD,
      settings: { ...THROWAWAY_POSTGRES, full_page_writes: "off", synchronous_commit: "off" },
    }),
  redis: () =>
    startRedis({
      dataDir: directory,
      password: PASSWORD,
      settings: { databases: "1024", appendonly: "no" },
    }),
};

const answer = (server: SharedServer) => async (request: Request, http: Bun.Server<undefined>) => {
  // The first start of a server takes longer than the patience that is usual for an idle connection.
  http.timeout(request, 0);
  const starting = servers.get(server) ?? start[server]();
  servers.set(server, starting);
  try {
    return new Response((await starting).url);
  } catch (error) {
    servers.delete(server);
    return new Response((error as Error).message, { status: 500 });
  }
};

Bun.serve({
  unix: join(directory, "keeper"),
  routes: {
    "/": { GET: new Response("here"), DELETE: () => new Response(void leave()) },
    "/postgres": answer("postgres"),
    "/redis": answer("redis"),
  },
});

let leaving = false;
async function leave() {
  if (leaving) return;
  leaving = true;
  // Nobody wants the data, so there is no point in a clean stop.
  const started = await Promise.allSettled(servers.values());
  await Promise.all(started.map((each) => each.status === "fulfilled" && each.value.kill()));
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
}

process.on("SIGTERM", leave);
// Ctrl-C ends the run, and the keeper with it, but the tests that are on their way out may still want their servers.
process.on("SIGINT", () => {});
setInterval(() => {
  if (!isRunning(run)) void leave();
}, 100);
