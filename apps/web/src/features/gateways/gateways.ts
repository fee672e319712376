import type { GatewayField, GatewayKind, GatewayView, SettingsView } from "@mailwright/protocol";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { throughOf } from "../settings/route-members.ts";
import { whyNotReached } from "./reach.ts";

/** A gateway as its pages and the API show it: never a secret, only which are set. */
export interface Gateway extends GatewayView {
  /** What its kind is called; the kind's name where this email client knows none such. */
  title: string;
  /** What its kind wants to know. */
  fields: GatewayField[];
  /** The gateways that attempts through it go through: itself, or those of a route. */
  through: GatewayView[];
  /** What is needed and not set. */
  missing: GatewayField[];
  /** How its provider is made to tell what becomes of emails; undefined where it tells nothing. */
  webhook: string | undefined;
}

/** The email client's gateways, and the kinds of which it can make more. */
export interface KnownGateways {
  gateways: Gateway[];
  kinds: GatewayKind[];
}

/** What it has now; or why it could not be asked, and what it had when it was asked last. */
export type Gateways =
  | ({ kind: "seen" } & KnownGateways)
  | { kind: "unreachable"; why: string; last?: KnownGateways | undefined };

/** Asks the email client, which keeps them: what is shown and changed is what it has now. */
export type ReadGateways = () => Promise<Gateways>;

/** A reader that remembers, so that a form which comes while the email client is away can still be shown again. */
export function gatewayReader(gatewayWatch: GatewayWatch): ReadGateways {
  let last: KnownGateways | undefined;
  return async () => {
    const seen = await gatewayWatch.refresh();
    if (seen.kind === "seen") {
      last = described(seen.view);
      return { kind: "seen", ...last };
    }
    const why = seen.kind === "unreachable" ? whyNotReached(seen.why) : "it was not asked";
    return { kind: "unreachable", why, last };
  };
}

/** The gateways of a view, each with what its kind says of it. */
export function described({ gateways, kinds }: SettingsView): KnownGateways {
  return { kinds, gateways: gateways.map((view) => describe(view, kinds, gateways)) };
}

function describe(
  view: GatewayView,
  kinds: readonly GatewayKind[],
  gateways: readonly GatewayView[],
): Gateway {
  const kind = kinds.find((one) => one.kind === view.kind);
  const fields = kind?.fields ?? [];
  return {
    ...view,
    title: kind?.title ?? view.kind,
    fields,
    through: throughOf(view, gateways),
    webhook: kind?.webhook,
    missing: fields.filter((field) => field.required && !isSet(view, field)),
  };
}

export function isSet({ settings, secrets }: GatewayView, { name, secret }: GatewayField): boolean {
  return secret ? secrets.includes(name) : (settings[name] ?? "") !== "";
}

/** Where the provider of a gateway tells what became of emails. */
export function webhookAddress(webUrl: string, id: string): string {
  return `${webUrl}/webhooks/${id}`;
}

/** Which gateway becomes the default when one goes: the email client takes the one that was made first. */
export function nextDefault(gone: Gateway, others: readonly Gateway[]): Gateway | undefined {
  return gone.default ? others[0] : undefined;
}
