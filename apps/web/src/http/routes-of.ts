import type { AnyElysia, DocumentDecoration } from "elysia";

/** What `platform` answers for whoever watches the process; none of it says anything about a person. */
const OPEN_BY_NATURE = new Set(["/livez", "/readyz", "/metrics"]);

const NAME = "x-permission";

/** How a route's permission is written down, where `guardedRoutes` and the API's description find it. */
export function naming(permission: string): DocumentDecoration {
  const detail: Record<string, unknown> = { [NAME]: permission };
  return detail;
}

/** A parser that leaves the body to the guard: nothing of it is read before the guard says so. */
export function leaveBody(): null {
  return null;
}

export interface GuardedRoute {
  method: string;
  path: string;
  permission: string;
}

/** Every route with the permission it names. A route that names none is a hole, and throws. */
export function guardedRoutes(app: AnyElysia): GuardedRoute[] {
  return app.routes
    .filter(({ path }) => !OPEN_BY_NATURE.has(path))
    .map(({ method, path, hooks }) => {
      const { detail } = hooks as { detail?: Record<string, unknown> };
      const permission = detail?.[NAME];
      if (typeof permission === "string") return { method, path, permission };
      throw new TypeError(`${method} ${path} names no permission.`);
    });
}

/** Which methods the app answers to at a path. */
export function methodsAt(app: AnyElysia, path: string): string[] {
  const methods = app.routes
    .filter((route) => patternOf(route.path).test(path))
    .map(({ method }) => method);
  return [...new Set(methods)].toSorted();
}

/** `/contacts/:id` takes any one segment in the place of `:id`, and a slash at the end or none. */
function patternOf(path: string): RegExp {
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => (segment.startsWith(":") ? "[^/]+" : RegExp.escape(segment)));
  return new RegExp(`^/${segments.join("/")}/?$`);
}
