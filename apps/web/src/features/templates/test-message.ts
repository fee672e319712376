import { type GatewayView, parseTestResult, type ServiceClient } from "@mailwright/protocol";
import type { Config } from "../../config.ts";
import type { Queryable } from "../../db/open.ts";
import { whyNotReached } from "../gateways/reach.ts";
import { EXAMPLE_LINK } from "../leaving/links.ts";
import { campaignHeaders } from "../settings/campaign-headers.ts";
import { chosenGateway } from "../settings/chosen-gateway.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { readSettings } from "../settings/settings.ts";
import { renderFor } from "./rendering.ts";
import type { Template } from "./templates.ts";

export interface TestContext {
  db: Queryable;
  config: Pick<Config, "webUrl">;
  emailClient: ServiceClient;
  gatewayWatch: GatewayWatch;
}

/** Whom a test goes to, whom it is filled in for, and through what. */
export interface TestOrder {
  to: string;
  /** Undefined for the sample. */
  contact_id?: string | undefined;
  /** Undefined for the default gateway. */
  gateway_id?: string | undefined;
}

/** Something that is not there yet, and the part of the form or of the settings that it is about. */
export interface TestObstacle {
  kind: "not ready";
  about: "sender" | "gateway_id" | "contact_id" | "template";
  message: string;
}

export type TestSent =
  | {
      kind: "answered";
      gateway: string;
      outcome: "accepted" | "rejected" | "unauthorized" | "throttled" | "unavailable" | "ambiguous";
      message_id?: string | undefined;
      detail?: string | undefined;
    }
  /** The email client refused the call itself. */
  | { kind: "refused"; why: string }
  /** It is not known whether the email client got the call. */
  | { kind: "unreachable"; why: string }
  | TestObstacle;

/**
 * Sends a template to an address at once, exactly as a contact would get it: through a gateway, outside every campaign and
 * its ledger.
 */
export async function sendTemplateTest(
  { db, config, emailClient, gatewayWatch }: TestContext,
  template: Template,
  { to, contact_id, gateway_id }: TestOrder,
): Promise<TestSent> {
  const settings = await readSettings(db);
  const { from_name, from_email, reply_to } = settings;
  if (from_email === "")
    return obstacle("sender", "Set the From address in the settings first: a test needs a sender.");
  const gateway = await gatewayFor(gatewayWatch, gateway_id);
  if ("message" in gateway) return gateway;
  const link = config.webUrl + EXAMPLE_LINK;
  const rendering = await renderFor(db, template.name, template, contact_id, link);
  if (rendering === undefined)
    return obstacle("contact_id", "This contact does not exist any more. Choose another.");
  if (rendering.email === undefined) {
    const why = rendering.problems[0]?.message ?? "It cannot be filled in.";
    return obstacle("template", `The template cannot be sent: ${why}`);
  }
  const answer = await emailClient.call(
    "POST",
    `/v1/gateways/${gateway.id}/messages`,
    {
      from: { name: from_name, email: from_email, ...(reply_to !== "" && { reply_to }) },
      to: { name: "", email: to.trim() },
      ...rendering.email,
      headers: campaignHeaders("test", settings),
      unsubscribe_url: link,
    },
    parseTestResult,
  );
  switch (answer.kind) {
    case "ok":
      return { kind: "answered", gateway: gateway.name, ...answer.value };
    case "refused":
      return answer.status === 404
        ? obstacle("gateway_id", "This gateway does not exist any more. Choose another.")
        : { kind: "refused", why: answer.why };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

/** The gateways that a test can go through, the default one first. */
export async function gatewayChoices(
  gatewayWatch: GatewayWatch,
): Promise<{ id: string; name: string; default: boolean }[]> {
  const seen = await gatewayWatch.look();
  if (seen.kind !== "seen") return [];
  return seen.view.gateways
    .filter(({ complete }) => complete)
    .map(({ id, name, default: isDefault }) => ({ id, name, default: isDefault }))
    .toSorted((a, b) => Number(b.default) - Number(a.default));
}

async function gatewayFor(
  gatewayWatch: GatewayWatch,
  id: string | undefined,
): Promise<GatewayView | TestObstacle> {
  const seen = await gatewayWatch.look();
  if (seen.kind !== "seen") {
    return obstacle(
      "gateway_id",
      "The email client does not answer, so its gateways are not known. Try again in a moment.",
    );
  }
  const gateway = chosenGateway(seen.view, id ?? null);
  if (gateway === undefined) {
    return id === undefined
      ? obstacle("gateway_id", "Set up a gateway in the settings first.")
      : obstacle("gateway_id", "This gateway does not exist any more. Choose another.");
  }
  return gateway.complete
    ? gateway
    : obstacle(
        "gateway_id",
        `The gateway “${gateway.name}” is not set up completely: its credentials are missing.`,
      );
}

function obstacle(about: TestObstacle["about"], message: string): TestObstacle {
  return { kind: "not ready", about, message };
}
