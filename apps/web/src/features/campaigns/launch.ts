import { type Content, contentHash, type GatewayView } from "@mailwright/protocol";
import { compileEmail } from "@mailwright/template";
import type { CampaignState } from "../../campaign-words.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../db/open.ts";
import { audienceCondition } from "../segments/audience.ts";
import { campaignHeaders } from "../settings/campaign-headers.ts";
import { chosenGateway } from "../settings/chosen-gateway.ts";
import type { GatewaysSeen, GatewayWatch } from "../settings/gateway-watch.ts";
import { addressProblem } from "../settings/public-address.ts";
import {
  contentSender,
  hasPostalAddress,
  readSettings,
  type Settings,
} from "../settings/settings.ts";
import { noteActivity } from "./activity.ts";
import {
  audienceExists,
  keepContent,
  type LaunchDraft,
  launchDraft,
  markLaunching,
} from "./launch-queries.ts";
import { changedSince, type DraftPart } from "./revision.ts";

export interface LaunchContext {
  config: Pick<Config, "webUrl">;
  db: Database;
  gatewayWatch: GatewayWatch;
}

/** Something that stands in the way of a launch, and the part of the campaign or of the settings that it is about. */
export interface LaunchObstacle {
  about: "template" | "segments" | "sender" | "postal address" | "gateway" | "public address";
  message: string;
}

/** How ready a draft is. A warning stands in nobody's way, but whoever launches should know of it. */
export interface Readiness {
  obstacles: LaunchObstacle[];
  warnings: LaunchObstacle[];
}

/** The same of a draft that somebody looks at. */
export interface DraftReadiness extends Readiness {
  /** What a launch of it as it is now is confirmed by; undefined while something stands in the way. */
  reviewed: Required<Reviewed> | undefined;
}

/** What somebody had before them who launches a draft. What is left out is not asked for. */
export interface Reviewed {
  /** The draft's revision: of itself, and of the template, segments and settings that it takes. */
  revision?: string | undefined;
  /** The gateway that it would go through: of a draft that names none, the one that was the default. */
  gateway_id?: string | undefined;
}

export type Launch =
  | { kind: "launching" }
  | { kind: "unknown" }
  | { kind: "not a draft"; state: CampaignState }
  /** Somebody changed it since it was reviewed, or in the very moment of the launch: which parts, as far as that can be told. */
  | { kind: "changed meanwhile"; what: DraftPart[] }
  | { kind: "not ready"; obstacles: LaunchObstacle[] };

/**
 * Launches a draft: freezes what everybody gets, and leaves the freezing of the audience to the dispatcher. Of any number
 * of launches at once, from two tabs or two webs, one launches it and the others are told that it is no draft any more.
 * What is launched is what was looked at, `reviewed`: not only the campaign's row, but its template, the settings, its segments'
 * names and rules, and the gateway. A change of one of them that comes between reading it and marking the draft launches nothing.
 *
 * What a gateway is set to is no part of it: no launch freezes that, and a change a second later would do the same.
 */
export async function launchCampaign(
  context: LaunchContext,
  id: string,
  actor: string,
  reviewed: Reviewed = {},
): Promise<Launch> {
  const { db } = context;
  const sources = await readSources(db, id);
  if (sources === undefined) return { kind: "unknown" };
  const { draft } = sources;
  if (draft.state !== "draft") return { kind: "not a draft", state: draft.state };
  if (reviewed.revision !== undefined && reviewed.revision !== draft.revision)
    return { kind: "changed meanwhile", what: changedSince(reviewed.revision, draft.revision) };
  // What was seen some seconds ago may be from before another web removed the gateway, or pointed it elsewhere. While the
  // email client is away it has to do: nothing is sent before that is back.
  const prepared = await prepare(context, sources, await context.gatewayWatch.latest());
  if ("obstacles" in prepared) return { kind: "not ready", obstacles: prepared.obstacles };
  const { content, gateway } = prepared;
  if (reviewed.gateway_id !== undefined && reviewed.gateway_id !== gateway.id)
    return { kind: "changed meanwhile", what: ["default gateway"] };
  const hash = contentHash(content);
  return db.transaction(async (tx): Promise<Launch> => {
    await keepContent(tx, hash, content);
    const frozen = {
      hash,
      version: draft.template?.version ?? 0,
      gateway: gateway.id,
      segments: draft.segments.map(({ name }) => name),
    };
    if (!(await markLaunching(tx, id, draft.revision, frozen))) {
      const now = await launchDraft(tx, id);
      if (now === undefined) return { kind: "unknown" };
      return now.state === "draft"
        ? { kind: "changed meanwhile", what: changedSince(draft.revision, now.revision) }
        : { kind: "not a draft", state: now.state };
    }
    await noteActivity(tx, id, actor, "launched");
    return { kind: "launching" };
  });
}

/** What stands in the way of launching a draft now; nothing when it can be. The page shows it before anybody tries. */
export async function readReadiness(context: LaunchContext, id: string): Promise<DraftReadiness> {
  const sources = await readSources(context.db, id);
  if (sources === undefined) return { obstacles: [], warnings: [], reviewed: undefined };
  const prepared = await prepare(context, sources, await context.gatewayWatch.look());
  const { warnings } = prepared;
  if ("obstacles" in prepared)
    return { obstacles: prepared.obstacles, warnings, reviewed: undefined };
  const { revision } = sources.draft;
  return { obstacles: [], warnings, reviewed: { revision, gateway_id: prepared.gateway.id } };
}

interface Sources {
  draft: LaunchDraft;
  settings: Settings;
}

/** All that is frozen of what is in the database, as of one instant: the settings are those that the draft's revision tells of. */
function readSources(db: Database, id: string): Promise<Sources | undefined> {
  return db.transaction(
    async (tx) => {
      const draft = await launchDraft(tx, id);
      return draft && { draft, settings: await readSettings(tx) };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

type Prepared = Pick<Readiness, "warnings"> &
  ({ content: Content; gateway: GatewayView } | Pick<Readiness, "obstacles">);

async function prepare(
  { config, db }: LaunchContext,
  { draft, settings }: Sources,
  seen: GatewaysSeen,
): Promise<Prepared> {
  const [template, sender, address, gateway, audience] = [
    templateOf(draft),
    senderOf(settings),
    addressOf(settings),
    gatewayOf(draft, seen),
    await audienceOf(db, draft),
  ];
  const links = linksOf(config, gateway, seen);
  const { warnings } = links;
  const obstacles = [template, audience, sender, address, gateway, ...links.obstacles].filter(
    (part) => part !== undefined && "message" in part,
  );
  if (obstacles.length > 0) return { obstacles, warnings };
  if (!("html" in template) || !("email" in sender) || !("id" in gateway))
    throw new Error("a part is missing");
  const { retry } = settings;
  return {
    warnings,
    gateway,
    content: {
      campaign: { id: draft.id, name: draft.name },
      template,
      sender,
      headers: campaignHeaders(draft.id, settings),
      policy: { ...retry, when_uncertain: draft.when_uncertain },
    },
  };
}

function templateOf({ template }: LaunchDraft): Content["template"] | LaunchObstacle {
  if (template === null) return { about: "template", message: "Choose a template." };
  const compiled = compileEmail(template);
  if (compiled.ok) return compiled.content;
  const [first] = compiled.problems;
  return {
    about: "template",
    message: `The template cannot be sent: ${first?.message ?? "it does not compile"}`,
  };
}

function senderOf(settings: Settings): Content["sender"] | LaunchObstacle {
  if (settings.from_email === "")
    return { about: "sender", message: "Set the From name and address in the settings." };
  return contentSender(settings);
}

function addressOf(settings: Settings): LaunchObstacle | undefined {
  if (hasPostalAddress(settings)) return undefined;
  return {
    about: "postal address",
    message: "Set the postal address in the settings: it stands in every campaign.",
  };
}

function gatewayOf({ gateway_id }: LaunchDraft, seen: GatewaysSeen): GatewayView | LaunchObstacle {
  const about = "gateway" as const;
  if (seen.kind !== "seen") {
    return {
      about,
      message:
        "The email client does not answer, so its gateways are not known. Try again in a moment.",
    };
  }
  const gateway = chosenGateway(seen.view, gateway_id);
  if (gateway === undefined) {
    return gateway_id === null
      ? { about, message: "Set up a gateway in the settings." }
      : { about, message: "The gateway that this campaign names is gone. Choose another." };
  }
  if (gateway.complete) return gateway;
  return {
    about,
    message: `The gateway “${gateway.name}” is not set up completely: its credentials are missing.`,
  };
}

/** Through a gateway that is not known there is nothing to say of links: that it is not stands in the way itself. */
function linksOf(
  { webUrl }: Pick<Config, "webUrl">,
  gateway: GatewayView | LaunchObstacle,
  seen: GatewaysSeen,
): Readiness {
  const problem =
    seen.kind === "seen" && "id" in gateway
      ? addressProblem(webUrl, gateway, seen.view)
      : undefined;
  if (problem === undefined) return { obstacles: [], warnings: [] };
  const found = [{ about: "public address" as const, message: problem.message }];
  return problem.blocksLaunch
    ? { obstacles: found, warnings: [] }
    : { obstacles: [], warnings: found };
}

async function audienceOf(
  db: Database,
  { segments }: LaunchDraft,
): Promise<LaunchObstacle | undefined> {
  const about = "segments" as const;
  if (segments.length === 0) return { about, message: "Choose at least one segment." };
  const { anybody, mailable } = await audienceExists(db, audienceCondition(segments));
  if (!anybody)
    return { about, message: "Nobody is in the chosen segments, so there is nobody to send to." };
  if (!mailable)
    return {
      about,
      message: "Everybody in the chosen segments is suppressed, so there is nobody to send to.",
    };
  return undefined;
}
