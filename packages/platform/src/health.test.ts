import { expect, test } from "bun:test";
import { healthRoutes } from "./health.ts";
import { createMetrics } from "./metrics.ts";

test("readyz names what does not answer, and livez answers all the same", async () => {
  const app = healthRoutes(
    { postgres: () => Promise.resolve(), redis: () => Promise.reject(new Error("refused")) },
    createMetrics("test"),
  );
  const ready = await app.handle(new Request("http://localhost/readyz"));
  expect({ status: ready.status, body: await ready.json() }).toEqual({
    status: 503,
    body: { status: "unavailable", failing: ["redis"] },
  });
  expect((await app.handle(new Request("http://localhost/livez"))).status).toBe(200);
});
