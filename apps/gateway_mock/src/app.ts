import {
  type Clock,
  healthRoutes,
  type Log,
  type Metrics,
  problem,
  problemResponse,
} from "@mailwright/platform";
import { Elysia } from "elysia";
import type { Config } from "./config.ts";
import type { Ledger } from "./ledger.ts";
import { pageRoutes } from "./pages.tsx";
import { createReceiver } from "./receiver.ts";
import { parseScript, type Script } from "./script.ts";

export interface Context {
  config: Config;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  ledger: Ledger;
  script: Script;
}

/** The stand-in's HTTP side: the seed gateway's one route, and what tests steer it and look into it by. */
export function buildApp(context: Context) {
  const { log, metrics, ledger, script } = context;
  const receive = createReceiver(context);
  return (
    new Elysia({ normalize: false })
      .onError(({ code, error, request }) => {
        if (code === "NOT_FOUND") return problemResponse(problem(404, "There is nothing here"));
        if (code === "PARSE") return problemResponse(problem(400, "The body is not JSON"));
        log.error({ err: error, path: new URL(request.url).pathname }, "a request failed");
        return problemResponse(problem(500, "The stand-in has a fault of its own"));
      })
      .use(healthRoutes({}, metrics))
      .use(pageRoutes(context))
      // Handed the bare request: with Elysia's parsing and context it takes 15,000 a second instead of 25,000.
      .post("/email", ({ request }) => receive(request), { parse: "none" })
      .put("/script", ({ body }) => setScript(script, body), { parse: "json" })
      .get("/script", () => script.rest)
      .delete("/script", () => {
        script.clear();
        return new Response(null, { status: 204 });
      })
      .get("/ledger", ({ query }) => ledgerPage(ledger, query))
      .get("/ledger/summary", () => ledger.summary())
      .delete("/ledger", () => {
        ledger.clear();
        return new Response(null, { status: 204 });
      })
  );
}

function setScript(script: Script, body: unknown): Response {
  const parsed = parseScript(body);
  if (!parsed.ok) {
    return problemResponse(problem(422, "This is not a script", { detail: parsed.fault }));
  }
  script.set(parsed.script);
  return Response.json(script.rest);
}

const MAX_PAGE = 10_000;

function ledgerPage(ledger: Ledger, query: Record<string, string | undefined>) {
  const after = wholeNumber(query["after"] ?? "0", Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber(query["limit"] ?? "100", MAX_PAGE);
  if (after === undefined || !limit) {
    const detail = `after is a whole number, and limit one from 1 to ${MAX_PAGE}.`;
    return problemResponse(problem(422, "This page cannot be shown", { detail }));
  }
  return ledger.page(after, limit);
}

function wholeNumber(text: string, max: number): number | undefined {
  return /^\d{1,16}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}
