import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture } from "../testing/campaigns.ts";
import { apiClient, appOf, signedInClient, visitor } from "../testing/client.ts";
import { type GuardedRoute, guardedRoutes } from "./routes-of.ts";
import { isSafe } from "./same-origin.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  // With an email client that answers: what it does not know is told from its being away.
  fixture = await campaignFixture(1, {});
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

/** What names nothing: ids as they are given out, what is no id, and what is no text. */
const UNKNOWN = [
  newId(),
  "0123456789ab",
  "not-an-id",
  "7",
  "%00",
  "%ff",
  "a%2Fb",
  "x".repeat(5_000),
];

/** Calls that look at their body before they look at what they are about. */
const BODIES: Readonly<Record<string, object>> = {
  "/api/v1/templates/:id/test": { to: "anna@example.com" },
  "/api/v1/gateways/:id/test": { to: "anna@example.com" },
  "/api/v1/campaigns/:id/requeue": { states: ["failed"] },
};

test("whatever stands in an address in the place of an id and names nothing is a 404, on every page and call", async () => {
  const { context } = fixture;
  const owner = await signedInClient(context, "owner");
  const program = await apiClient(context, "owner");

  function ask({ method, path }: GuardedRoute, at: string) {
    if (path.startsWith("/api/"))
      return program.call(method, at, isSafe(method) ? undefined : (BODIES[path] ?? {}));
    if (path.startsWith("/webhooks/")) return visitor(context).send(at, { method });
    return isSafe(method) ? owner.get(at) : owner.post(at);
  }

  const routes = guardedRoutes(appOf(context)).filter(({ path }) => path.includes("/:"));
  expect(routes.length).toBeGreaterThan(100);
  const otherwise: unknown[] = [];
  for (const route of routes) {
    for (const unknown of UNKNOWN) {
      const { status } = await ask(route, route.path.replaceAll(/:\w+/g, unknown));
      if (status !== 404) otherwise.push([route.method, route.path, unknown.slice(0, 40), status]);
    }
  }
  expect(otherwise).toEqual([]);
});
