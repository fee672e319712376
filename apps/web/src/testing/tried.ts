import { type Log, newId } from "@mailwright/platform";
import { guardedRoutes } from "../http/routes-of.ts";
import { appOf } from "./client.ts";
import { type Furnished, furnished } from "./furnished.ts";

/** A furnished web that is to be asked for what it cannot give, and must not fail. */
export interface Tried extends Furnished {
  routes: TriedRoute[];
  /** What was logged as a fault of ours. */
  faults: unknown[];
}

export interface TriedRoute {
  method: string;
  /** Without a slash at its end. */
  path: string;
  permission: string;
  /** The fields that its schemas name; only the API's routes have them. */
  body: string[];
  query: string[];
}

export async function tried(): Promise<Tried> {
  const faults: unknown[] = [];
  const error = (...line: unknown[]) => void faults.push(line);
  const log = { debug: pass, info: pass, warn: pass, error } as unknown as Log;
  const web = await furnished({ log });
  const app = appOf(web.context);
  const routes = guardedRoutes(app).map(({ method, path, permission }) => {
    const route = app.routes.find((each) => each.method === method && each.path === path);
    const { body, query } = (route?.hooks ?? {}) as Schemas;
    return {
      method,
      path: path === "/" ? path : path.replace(/\/$/, ""),
      permission,
      body: Object.keys(body?.properties ?? {}),
      query: Object.keys(query?.properties ?? {}),
    };
  });
  return { ...web, routes, faults };
}

type Schemas = Partial<Record<"body" | "query", { properties: object }>>;

function pass(): void {}

/** What nobody means to type. */
export const TEXTS: readonly string[] = [
  "",
  `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 | times: 7 }}{% if %}`,
  "a\0b\ud800c\u202ed\r\ne",
  // Nothing makes these small enough for a row of an index.
  Buffer.from(crypto.getRandomValues(new Uint8Array(40_000))).toString("base64"),
  "\u{1f984}".repeat(100),
  "-1",
  "2147483648",
  "999999999999999",
  "2026-02-31",
  "'; DROP TABLE contact; --@example.com",
  newId(),
];
/** More than any field takes. */
export const MANY: readonly string[] = Array.from({ length: 1_500 }, newId);

/** Whether a route is a page that somebody sees, signed in or not. */
export function isForPeople(path: string, permission: string): boolean {
  return !path.startsWith("/api/") && !["service", "webhook", "link"].includes(permission);
}

/** Whether an answer has no end. */
export function isStream(path: string): boolean {
  return /\/(live|stream)$/.test(path);
}

/** Every page that may have a form, each in a state in which it has. */
export function pagesWithForms(web: Tried): string[] {
  const [one, two] = web.named["contacts"] ?? [];
  const ended = web.named["campaigns"]?.at(-1);
  const pages = web.routes.filter(
    ({ method, path, permission }) =>
      method === "GET" && isForPeople(path, permission) && !isStream(path),
  );
  return [
    ...pages.flatMap(({ path }) => web.placesOf(path)),
    "/segments/new?kind=dynamic",
    "/templates/new?start=html",
    "/settings/gateways/new?kind=seed",
    `/suppressions/lift?suppression_id=${web.named["suppressions"]?.[0]}`,
    `/contacts/delete?contact_id=${one}&contact_id=${two}`,
    `/campaigns/${ended}/requeue?states=failed`,
    `/segments/${web.named["segments"]?.at(-1)}/add?q=p`,
  ];
}

/** What does away with things comes after what needs them. */
export function lastness({ path, method }: { path: string; method?: string }): number {
  return method === "DELETE" || /\/(delete|remove|cancel|revoke|end|sign-out)$/.test(path) ? 1 : 0;
}
