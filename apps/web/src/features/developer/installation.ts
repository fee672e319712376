import type { GatewayView, ServiceClient } from "@mailwright/protocol";
import manifest from "../../../package.json" with { type: "json" };
import type { Queryable } from "../../db/open.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { countEmails, type MachineCounts } from "./machines.ts";
import { type Queue, selectPostgresVersion, selectQueue } from "./queries.ts";

/** The installation as it is now: its parts, whether they answer, and what lies between them. */
export interface Installation {
  version: string;
  runtime: string;
  /** When this web was started. */
  startedAt: number;
  postgres: { version: string; ms: number };
  /** None while the email client does not answer. */
  gateways: GatewayView[];
  queue: Queue;
  emails: MachineCounts;
}

export async function lookAtInstallation(context: {
  db: Queryable;
  emailClient: ServiceClient;
  gatewayWatch: GatewayWatch;
}): Promise<Installation> {
  const { db, gatewayWatch } = context;
  const [postgres, queue, emails, seen] = await Promise.all([
    lookAtPostgres(db),
    selectQueue(db),
    countEmails(context),
    gatewayWatch.look(),
  ]);
  return {
    version: manifest.version,
    runtime: `Bun ${Bun.version}`,
    startedAt: performance.timeOrigin,
    postgres,
    gateways: seen.kind === "seen" ? seen.view.gateways : [],
    queue,
    emails,
  };
}

async function lookAtPostgres(db: Queryable): Promise<Installation["postgres"]> {
  const startedAt = performance.now();
  const version = await selectPostgresVersion(db);
  return { version, ms: performance.now() - startedAt };
}
