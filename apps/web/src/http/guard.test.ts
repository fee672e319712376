import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Context } from "../context.ts";
import { appOf, HTMX, signedInClient, type TestClient, visitor } from "../testing/client.ts";
import { testContext } from "../testing/context.ts";
import { can, isPermission, type Permission } from "./access.ts";
import { type GuardedRoute, guardedRoutes } from "./routes-of.ts";
import { isSafe } from "./same-origin.ts";

let context: Context;
let owner: TestClient;
let viewer: TestClient;
let routes: GuardedRoute[];

beforeAll(async () => {
  context = await testContext();
  owner = await signedInClient(context, "owner");
  viewer = await signedInClient(context, "viewer");
  routes = guardedRoutes(appOf(context));
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

const ORIGIN = { "sec-fetch-site": "same-origin" };

/** A path that the route takes, to things that are not there. */
function pathOf({ path }: GuardedRoute): string {
  return path.replaceAll(/:\w+/g, newId());
}

function pageRoutes(): GuardedRoute[] {
  return routes.filter(
    ({ path, permission }) =>
      !path.startsWith("/api/") && !["public", "link", "service", "webhook"].includes(permission),
  );
}

test("every route names a permission that there is", () => {
  expect(routes.length).toBeGreaterThan(20);
  const unknown = routes.filter(
    ({ permission }) =>
      !["public", "link", "signed-in", "service", "webhook"].includes(permission) &&
      !isPermission(permission),
  );
  expect(unknown).toEqual([]);
});

test("a stranger is sent from every page to the sign-in, and learns nothing else", async () => {
  for (const route of pageRoutes()) {
    const { method } = route;
    const answer = await visitor(context).send(pathOf(route), { method, headers: ORIGIN });
    expect([route, answer.status]).toEqual([route, 303]);
    expect(answer.headers.get("location")).toStartWith("/sign-in");
  }
});

test("a program without a token, or with a wrong one, is refused by every call of the API", async () => {
  const calls = routes.filter(
    ({ path, permission }) => path.startsWith("/api/") && permission !== "public",
  );
  expect(calls.length).toBeGreaterThan(1);
  for (const route of calls) {
    for (const authorization of ["", "Bearer x", `Bearer mw_${"0".repeat(12)}_${"0".repeat(64)}`]) {
      const answer = await visitor(context).send(pathOf(route), {
        method: route.method,
        headers: { authorization, "content-type": "application/json" },
        ...(isSafe(route.method) ? {} : { body: "{" }),
      });
      expect([route, answer.status]).toEqual([route, 401]);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  }
});

test("a session does not open the API", async () => {
  expect((await owner.get("/api/v1/settings")).status).toBe(401);
});

test("original, spoofable updates: every call between the services has to be signed", async () => {
  for (const route of routes.filter(({ permission }) => permission === "service")) {
    const answer = await owner.send(pathOf(route), {
      method: route.method,
      headers: { ...ORIGIN, "content-type": "application/json" },
      body: "{}",
    });
    expect([route, answer.status]).toEqual([route, 401]);
  }
});

test("original, no CSRF protection: every page that changes something refuses what does not come from our own page with the sender's token", async () => {
  const unsafe = pageRoutes().filter(({ method }) => !isSafe(method));
  expect(unsafe.length).toBeGreaterThan(8);
  for (const route of unsafe) {
    const { method } = route;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (const [headers, body] of [
      [{ ...ORIGIN, ...form }, "x=1"],
      [{ ...ORIGIN, ...form }, "_csrf=AAAA"],
      [{ ...ORIGIN, ...form, "x-csrf-token": "AAAA" }, ""],
      [{ "sec-fetch-site": "cross-site", ...form }, "x=1"],
      [{ "sec-fetch-site": "same-site", ...form }, "x=1"],
      [{ origin: "https://evil.example", ...form }, "x=1"],
      [{ origin: "null", ...form }, "x=1"],
      [{ ...form }, "x=1"],
    ] as const) {
      const answer = await owner.send(pathOf(route), { method, headers, body });
      expect([route, headers, answer.status]).toEqual([route, headers, 403]);
    }
  }
});

test("the only forms that whoever has their address may post from anywhere are those to leave, and nobody can guess one", async () => {
  const unsafe = routes.filter(
    ({ permission, method }) => permission === "link" && !isSafe(method),
  );
  expect(unsafe).toEqual([{ method: "POST", path: "/u/:token", permission: "link" }]);
  const answer = await visitor(context).send(`/u/${newId()}`, {
    method: "POST",
    headers: { "sec-fetch-site": "cross-site" },
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
  });
  expect(answer.status).toBe(404);
});

test("the only thing that a gateway may post is its webhook", () => {
  expect(routes.filter(({ permission }) => permission === "webhook")).toEqual([
    { method: "POST", path: "/webhooks/:gateway", permission: "webhook" },
  ]);
});

test("the forms that are open to anybody take nothing from another site", async () => {
  for (const route of routes.filter(
    ({ permission, method }) => permission === "public" && !isSafe(method),
  )) {
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { origin: "https://evil.example" },
      {},
    ]) {
      const answer = await visitor(context).send(pathOf(route), {
        method: route.method,
        headers,
        body: new URLSearchParams("a=b"),
      });
      expect([route, answer.status]).toEqual([route, 403]);
    }
  }
});

test("a role without the permission gets 403, as a page and as a message for htmx", async () => {
  const beyond = pageRoutes().filter(
    ({ permission }) =>
      isPermission(permission) && !can({ role: "viewer" }, permission as Permission),
  );
  expect(beyond.length).toBeGreaterThan(8);
  for (const route of beyond) {
    const answer =
      route.method === "GET" ? await viewer.get(pathOf(route)) : await viewer.post(pathOf(route));
    expect([route, answer.status]).toEqual([route, 403]);
  }
  const message = await viewer.get("/accounts", HTMX);
  expect([
    message.status,
    message.headers.get("hx-retarget"),
    message.find(".toast").length,
  ]).toEqual([403, "#toasts", 1]);
});

test("a stranger whom htmx asks for is sent to the sign-in as a page, and back to where they were", async () => {
  const answer = await visitor(context).get("/contacts", {
    ...HTMX,
    "HX-Current-URL": "http://localhost/account?tab=1",
  });
  expect([answer.status, answer.headers.get("hx-redirect")]).toEqual([
    204,
    "/sign-in?next=%2Faccount%3Ftab%3D1",
  ]);
});

test("the token may come in the header, as htmx sends it, and an origin that is our host is ours", async () => {
  const page = await owner.get("/account");
  const [form] = page.find('input[name="_csrf"]');
  const token = form?.attributes["value"] ?? "";
  const answer = await owner.send("/account", {
    method: "POST",
    headers: { origin: "http://localhost", "x-csrf-token": token },
    body: new URLSearchParams({ name: "Renamed" }),
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account"]);
  expect((await owner.get("/account")).textOf(".user-name span")).toBe("Renamed");
});

test("a body that is too large or no form is refused before its token is looked for", async () => {
  const large = await owner.post("/account", { name: "x".repeat(10_000_000) });
  const json = await owner.send("/account", {
    method: "POST",
    headers: { ...ORIGIN, "content-type": "application/json" },
    body: "{}",
  });
  expect([large.status, json.status]).toEqual([413, 415]);
});
