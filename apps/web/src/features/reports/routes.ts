import { Elysia } from "elysia";
import { parseReports } from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import { serviceCall, services } from "../../http/service.ts";
import { takeReports } from "./reports.ts";

/** 2,000 reports of 1.5 KB each; the usual one has 300 bytes. */
const LIMIT = 3 * 1024 * 1024;

/** Where the email client's transitions arrive. */
export function reportRoutes(context: Context) {
  return new Elysia({ name: "reports" }).use(services()).post(
    "/internal/reports",
    serviceCall(context, { limit: LIMIT, parse: parseReports }, (reports) =>
      takeReports(context.db, context.log, reports),
    ),
    { permission: "service" },
  );
}
