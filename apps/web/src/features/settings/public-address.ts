import { isIP } from "node:net";
import { isPublicAddress } from "@mailwright/platform";
import { type GatewayView, ROUTE, type SettingsView } from "@mailwright/protocol";
import { throughOf } from "./route-members.ts";

/** What is wrong with the address of web for emails that go to real people. */
export interface AddressProblem {
  /** Links lead nowhere, so nothing is launched; without it they work, but not with one click. */
  blocksLaunch: boolean;
  message: string;
}

/**
 * What is wrong with `webUrl` for a campaign through a gateway; undefined while nothing is, and through stand-ins, whose
 * emails nobody gets. Every campaign carries links to unsubscribe that begin with it.
 */
export function addressProblem(
  webUrl: string,
  gateway: GatewayView,
  view: SettingsView,
): AddressProblem | undefined {
  if (throughOf(gateway, view.gateways).every((one) => isStandIn(one, view))) return undefined;
  return problemOf(webUrl);
}

/** The first gateway, of those that can be used, whose emails real people get; undefined when there is none. */
export function realGateway(view: SettingsView): GatewayView | undefined {
  return view.gateways.find(
    (gateway) => gateway.complete && gateway.kind !== ROUTE && !isStandIn(gateway, view),
  );
}

/** What is wrong with it for emails that go to real people, whatever gateways there are. */
export function problemOf(webUrl: string): AddressProblem | undefined {
  if (isLocal(webUrl)) {
    return {
      blocksLaunch: true,
      message: `Links in its emails would lead nowhere: WEB_URL is ${webUrl}. Set it to the https address at which recipients reach this installation.`,
    };
  }
  if (webUrl.startsWith("https:")) return undefined;
  return {
    blocksLaunch: false,
    message: `No mailbox will offer to unsubscribe with one click: WEB_URL is ${webUrl}, and that takes https (RFC 8058).`,
  };
}

/** A gateway that posts to an address which nobody outside reaches, such as the one that an installation begins with. */
function isStandIn({ kind, settings }: GatewayView, { kinds }: SettingsView): boolean {
  const fields = kinds.find((each) => each.kind === kind)?.fields ?? [];
  return fields.some(({ name, type }) => type === "url" && isLocal(settings[name] ?? ""));
}

/** Never given to anybody in public: RFC 6761 (6.3), RFC 6762 (3), RFC 8375, and `internal` by ICANN. */
const LOCAL_NAMES = /(^|\.)(localhost|local|home\.arpa|internal)$/;

/** Whether nobody outside of this machine and its network reaches an address; false of what is none. */
export function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes(".") || LOCAL_NAMES.test(host);
}
