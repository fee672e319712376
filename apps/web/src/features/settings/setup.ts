import type { Clock } from "@mailwright/platform";
import type { GatewayView, SettingsView } from "@mailwright/protocol";
import type { Config } from "../../config.ts";
import type { Queryable } from "../../db/open.ts";
import type { GatewaysSeen, GatewayWatch } from "./gateway-watch.ts";
import { isLocal, realGateway } from "./public-address.ts";
import { hasPostalAddress, readSettings, type Settings } from "./settings.ts";

/** Something that is not set up yet. */
export interface SetupProblem {
  kind:
    "sender" | "gateway" | "postal address" | "email client" | "public address" | "bounce mailbox";
  /** What is so, and what follows from it. */
  message: string;
  /** No campaign is launched before this is settled; of a public address, none through a real gateway. */
  blocksLaunch: boolean;
  /** Where it can be settled, and the word for going there. */
  action?: { href: string; label: string };
}

/** What is not set up yet, the most pressing first: for the banners of every page, and for whoever would launch. */
export async function setupProblems({
  config,
  db,
  gatewayWatch,
  clock,
}: {
  config: Pick<Config, "webUrl">;
  db: Queryable;
  gatewayWatch: GatewayWatch;
  clock: Clock;
}): Promise<SetupProblem[]> {
  return problemsOf(config, await readSettings(db), await gatewayWatch.look(), clock.now());
}

/** The same, of what was read already. */
export function problemsOf(
  { webUrl }: Pick<Config, "webUrl">,
  settings: Settings,
  seen: GatewaysSeen,
  now: number,
): SetupProblem[] {
  return [
    senderProblem(settings),
    gatewayProblem(seen),
    publicProblem(webUrl, seen),
    ...(seen.kind === "seen" ? mailboxProblems(seen.view, now) : []),
  ].filter((found) => found !== undefined);
}

function senderProblem(settings: Settings): SetupProblem | undefined {
  if (settings.from_email === "") {
    return {
      kind: "sender",
      message: "No From address is set, so campaigns cannot be launched.",
      blocksLaunch: true,
      action: { href: "/settings", label: "Set it" },
    };
  }
  if (!hasPostalAddress(settings)) {
    return {
      kind: "postal address",
      message:
        "No postal address is set, so campaigns cannot be launched: the law of many countries asks for one in each of them.",
      blocksLaunch: true,
      action: { href: "/settings", label: "Set it" },
    };
  }
  return undefined;
}

function gatewayProblem(seen: GatewaysSeen): SetupProblem | undefined {
  switch (seen.kind) {
    case "unknown":
      return undefined;
    case "unreachable":
      return {
        kind: "email client",
        message:
          "The email client does not answer, so nothing is being sent. Emails wait for it; nothing is lost.",
        blocksLaunch: false,
      };
    case "seen":
      return defaultProblem(seen.view.gateways);
  }
}

/** Campaigns that name no gateway go through the default: another one that is complete is no help to them. */
function defaultProblem(gateways: readonly GatewayView[]): SetupProblem | undefined {
  const standard = gateways.find((gateway) => gateway.default);
  if (standard?.complete === true) return undefined;
  const isUseful = standard !== undefined && gateways.some(({ complete }) => complete);
  return {
    kind: "gateway",
    message: isUseful
      ? `“${standard.name}” is the default gateway and is not set up completely, so campaigns that name no other cannot be launched.`
      : "No gateway is set up, so campaigns cannot be launched.",
    blocksLaunch: true,
    action: isUseful
      ? { href: `/settings/gateways/${standard.id}`, label: "Complete it" }
      : { href: "/settings/gateways", label: "Set one up" },
  };
}

/** Nothing here can be pressed to mend it: the address is a variable of the environment. */
function publicProblem(webUrl: string, seen: GatewaysSeen): SetupProblem | undefined {
  const real = seen.kind === "seen" && isLocal(webUrl) ? realGateway(seen.view) : undefined;
  return (
    real && {
      kind: "public address",
      message: `WEB_URL is ${webUrl}, so campaigns cannot be launched through “${real.name}”: links in their emails would lead nowhere.`,
      blocksLaunch: true,
    }
  );
}

/** A server that is down for a moment is nobody's business. */
const UNREAD_MS = 3_600_000;

function mailboxProblems({ gateways }: SettingsView, now: number): SetupProblem[] {
  return gateways.flatMap(({ id, name, mailbox_failing_since: since }) =>
    since === undefined || now - since < UNREAD_MS
      ? []
      : [
          {
            kind: "bounce mailbox",
            message: `The bounce mailbox of “${name}” could not be read for an hour or longer, so addresses that bounce go on being mailed.`,
            blocksLaunch: false,
            action: { href: `/settings/gateways/${id}`, label: "See why" },
          },
        ],
  );
}
