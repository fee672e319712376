import { idBytes, idOfBytes } from "@mailwright/platform";
import { type GatewayField, type GatewayKind, ROUTE } from "@mailwright/protocol";
import type { GatewayAdapter, SettingFault } from "./gateway.ts";

/** One of a route's gateways. Weight 0 is for when none of the others can take an attempt. */
export interface Member {
  gateway: string;
  weight: number;
}

/** A gateway as far as a route has to know it. */
export interface RouteGateway {
  id: string;
  name: string;
  kind: string;
}

const PREFIX = "gateway_";
const MOST_WEIGHT = 1_000;

/**
 * A route looks like a gateway from outside: campaigns name it, it has settings, it can be the default. Its settings are a
 * weight for each gateway that there is, so its form changes with them.
 */
export function routeKind(gateways: readonly RouteGateway[]) {
  return {
    kind: ROUTE,
    title: "Route",
    description: "Several gateways with weights: each attempt goes through one that can take it.",
    fields: gateways.filter(({ kind }) => kind !== ROUTE).map(fieldOf),
    capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
    servers: () => [],
    faults: weightFaults,
  } satisfies GatewayKind & Pick<GatewayAdapter, "servers" | "faults">;
}

function fieldOf({ id, name }: RouteGateway): GatewayField {
  return {
    name: weightField(id),
    label: `Weight of “${name}”`,
    type: "number",
    required: false,
    secret: false,
    hint: "Its share of the attempts. 0: only when no other can take one. Empty: it is not used.",
  };
}

/** The name of the setting that holds a gateway's weight. */
export function weightField(gateway: string): string {
  return PREFIX + idBytes(gateway).toString("hex");
}

function weightFaults(settings: Record<string, string>): SettingFault[] {
  return Object.entries(settings)
    .filter(([, text]) => text !== "" && !isWeight(text))
    .map(([field]) => ({ field, message: `Use a number from 0 to ${MOST_WEIGHT}.` }));
}

function isWeight(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) <= MOST_WEIGHT;
}

/** The gateways of a route, by its settings. */
export function membersOf(settings: Readonly<Record<string, string>>): Member[] {
  return Object.entries(settings)
    .filter(([name, text]) => name.startsWith(PREFIX) && isWeight(text))
    .map(([name, text]) => ({ gateway: gatewayIn(name), weight: Number(text) }));
}

function gatewayIn(name: string): string {
  return idOfBytes(Buffer.from(name.slice(PREFIX.length), "hex"));
}

/** In the order in which they are to be asked: drawn by weight, those without one last. */
export function drawn<T extends { weight: number }>(
  members: readonly T[],
  random: () => number,
): T[] {
  const left = [...members];
  const order: T[] = [];
  while (left.length > 0) {
    const whole = left.reduce((sum, { weight }) => sum + weight, 0);
    let point = random() * whole;
    const index = left.findIndex(({ weight }) => (point -= weight) < 0);
    order.push(...left.splice(Math.max(0, index), 1));
  }
  return order;
}
