import type { AnyElysia } from "elysia";

type Route = AnyElysia["routes"][number];

/** A call of the API, as its route describes it. */
export interface ApiCall {
  method: string;
  path: string;
  summary: string;
  permission: string;
  /** The subject it is listed under. */
  tag: string;
}

const PREFIX = "/api/v1/";

/** Every call that the API answers, in the order of subjects and paths. */
export function apiCalls(routes: readonly Route[]): ApiCall[] {
  return routes
    .filter(({ path }) => path.startsWith(PREFIX))
    .map(({ method, path, hooks }) => {
      const { detail = {} } = hooks as { detail?: Record<string, unknown> };
      const tags: unknown = detail["tags"];
      return {
        method,
        path: path.replace(/\/$/, ""),
        summary: textOf(detail["summary"]),
        permission: textOf(detail["x-permission"]),
        tag: Array.isArray(tags) ? textOf(tags[0]) : "",
      };
    })
    .filter(({ tag }) => tag !== "")
    .toSorted((a, b) => compare(a.tag, b.tag) || compare(a.path, b.path) || order(a, b));
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function order(a: ApiCall, b: ApiCall): number {
  return METHODS.indexOf(a.method) - METHODS.indexOf(b.method);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
