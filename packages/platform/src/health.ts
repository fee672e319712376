import { Elysia } from "elysia";
import type { Metrics } from "./metrics.ts";

/** Resolves when the thing it names can be used, rejects or hangs when it cannot. */
export type HealthCheck = () => Promise<unknown>;

const CHECK_DEADLINE_MS = 2_000;

/**
 * `/livez` says that the process answers; `/readyz` says that everything it needs does too (503 and the names of what
 * does not); `/metrics` is the Prometheus text. None of them needs a sign-in and none says more than a name.
 */
export function healthRoutes(checks: Record<string, HealthCheck>, metrics: Metrics) {
  return new Elysia({ name: "health" })
    .get("/livez", () => ({ status: "ok" }))
    .get("/readyz", async ({ status }) => {
      const failing = await failingChecks(checks);
      return failing.length === 0
        ? { status: "ok" }
        : status(503, { status: "unavailable", failing });
    })
    .get("/metrics", async () => {
      return new Response(await metrics.metrics(), {
        headers: { "content-type": metrics.contentType },
      });
    });
}

async function failingChecks(checks: Record<string, HealthCheck>): Promise<string[]> {
  const names = Object.keys(checks);
  const results = await Promise.allSettled(
    names.map((name) => withDeadline(checks[name] as HealthCheck)),
  );
  return names.filter((_, index) => results[index]?.status === "rejected");
}

function withDeadline(check: HealthCheck): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), CHECK_DEADLINE_MS);
  return Promise.race([check(), promise]).finally(() => clearTimeout(timer));
}
