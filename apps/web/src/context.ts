import type postgres from "postgres";
import {
  type Clock,
  createLog,
  createMetrics,
  type Log,
  type Metrics,
  systemClock,
} from "@mailwright/platform";
import { createServiceClient, type ServiceClient } from "@mailwright/protocol";
import type { Config } from "./config.ts";
import { type Database, openDatabase } from "./db/open.ts";
import { identitiesOf } from "./features/accounts/identities.ts";
import { createSignIn, type SignIn } from "./features/accounts/sign-in.ts";
import { type CampaignWatch, watchCampaigns } from "./features/campaigns/watch.ts";
import { createLinks, type Links } from "./features/leaving/links.ts";
import { type GatewayWatch, watchGateways } from "./features/settings/gateway-watch.ts";
import type { Identities, User } from "./http/access.ts";
import { createSeals, type Seals } from "./http/seal.ts";
import type { Surroundings } from "./http/shell.ts";
import { readSurroundings } from "./surroundings.ts";
import { createWork, type Work } from "./work.ts";

/** Everything a part of web can be given. It is put together here and nowhere else. */
export interface Context extends AsyncDisposable {
  config: Config;
  db: Database;
  /** Connections for downloads, beside those of `db`. */
  streams: postgres.Sql;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  emailClient: ServiceClient;
  gatewayWatch: GatewayWatch;
  campaignWatch: CampaignWatch;
  /** Where work for the workers of this web is announced. */
  work: Work;
  seals: Seals;
  /** The links that stand in emails. */
  links: Links;
  identities: Identities;
  signIn: SignIn;
  surroundings(user: User): Promise<Surroundings>;
  /** Aborts when web is about to stop: whoever holds a connection open (an event stream) lets go then. */
  stopping: AbortSignal;
}

/** What may be put in the place of the real thing, and what only `main.ts` has. */
export type Parts = Partial<
  Pick<Context, "clock" | "log" | "metrics" | "emailClient" | "stopping">
>;

/** Opens what web needs. Nothing is connected yet: the database is first called by the first query. */
export function createContext(config: Config, parts: Parts = {}): Context {
  const { clock = systemClock, log = createLog("web", config.logLevel) } = parts;
  const opened = openDatabase(config.databaseUrl);
  const { db, streams } = opened;
  const emailClient =
    parts.emailClient ??
    createServiceClient({
      url: config.emailClientUrl,
      keys: config.serviceKeys,
      now: () => clock.now(),
    });
  const gatewayWatch = watchGateways(emailClient, clock);
  const seals = createSeals(config.serviceKeys);
  return {
    config,
    db,
    streams,
    clock,
    log,
    metrics: parts.metrics ?? createMetrics("web"),
    emailClient,
    gatewayWatch,
    campaignWatch: watchCampaigns({ db, clock, log }),
    work: createWork(),
    seals,
    links: createLinks(db, config.webUrl),
    identities: identitiesOf({ db, clock, log }),
    signIn: createSignIn(db, {
      webUrl: config.webUrl,
      secret: seals.proof("better-auth", "secret"),
    }),
    stopping: parts.stopping ?? new AbortController().signal,
    surroundings: (user) => readSurroundings({ config, db, gatewayWatch, clock }, user),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
