import { buildApp } from "../../apps/web/src/app.ts";
import { readWebConfig } from "../../apps/web/src/config.ts";
import { createContext } from "../../apps/web/src/context.ts";
import { apiCalls } from "../../apps/web/src/features/developer/api-calls.ts";
import { can, isPermission, ROLES } from "../../apps/web/src/http/access.ts";
import { type GuardedRoute, guardedRoutes } from "../../apps/web/src/http/routes-of.ts";
import { code, GENERATED, page, table } from "./markdown.ts";

/** Every route of web with the permission it needs, and which roles have that. */
export async function routesPage(): Promise<string> {
  // Nothing of it is opened: a route has to be known, not answered.
  await using context = createContext(
    readWebConfig({
      DATABASE_URL: "postgres://example.com/none",
      SERVICE_KEYS: `none:${Buffer.alloc(32).toString("base64")}`,
      LOG_LEVEL: "silent",
    }),
  );
  const app = buildApp(context);
  const routes = guardedRoutes(app).toSorted(
    (a, b) => compare(a.path, b.path) || compare(a.method, b.method),
  );
  return page(
    "# Routes and permissions",
    GENERATED,
    "Every route names the permission it needs, and the app does not start with one that names none. `public` is open to anybody, `link` to whoever has an address that nobody can guess, `signed-in` to everybody who is signed in, `service` to signed calls of the email client, `webhook` to what a gateway can prove to have sent. `/livez`, `/readyz` and `/metrics` are open and say nothing of anybody.",
    "## Who may do what",
    permissions(routes),
    "## Pages",
    table(
      ["Method", "Path", "Needs"],
      routes
        .filter(({ path }) => !isForPrograms(path))
        .map(({ method, path, permission }) => [method, code(pathOf(path)), code(permission)]),
    ),
    "## The API",
    "Described in full at `/api/v1/openapi.json`.",
    table(
      ["Method", "Path", "Needs", "What it does"],
      apiCalls(app.routes).map(({ method, path, permission, summary }) => [
        method,
        code(path),
        code(permission),
        summary,
      ]),
    ),
    "## From the email client",
    table(
      ["Method", "Path", "Needs"],
      routes
        .filter(({ path }) => path.startsWith("/internal/"))
        .map(({ method, path, permission }) => [method, code(pathOf(path)), code(permission)]),
    ),
  );
}

function permissions(routes: readonly GuardedRoute[]): string {
  const named = [...new Set(routes.map(({ permission }) => permission))].filter(isPermission);
  return table(
    ["Permission", ...ROLES],
    named
      .toSorted(compare)
      .map((permission) => [
        code(permission),
        ...ROLES.map((role) => (can({ role }, permission) ? "yes" : "")),
      ]),
  );
}

/** A slash at the end is passed over by the router. */
function pathOf(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}

function isForPrograms(path: string): boolean {
  return /^\/(api|internal)\//.test(path);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
