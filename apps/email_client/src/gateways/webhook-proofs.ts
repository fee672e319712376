import { createHmac, timingSafeEqual } from "node:crypto";
import type { GatewayField } from "@mailwright/protocol";
import type { SettingFault } from "./gateway.ts";
import { type Doubt, OLD, UNSIGNED, type WebhookRequest, wrongly } from "./webhook.ts";

/** The secret by which a provider's webhooks are known. Without it none is believed. */
export function webhookSecret(label: string, hint: string): GatewayField {
  return {
    name: "webhook_secret",
    label,
    type: "password",
    required: false,
    secret: true,
    group: "webhooks",
    hint,
  };
}

export const NO_SECRET: Doubt = {
  doubt: "no_secret",
  why: "No webhook secret is set, or none that is long enough, so nothing can be believed.",
};

/** A time more than this away from ours belongs to a request that was recorded, by the tolerance that Standard Webhooks has. */
export const TOLERANCE_MS = 5 * 60_000;

/** For those that sign once and go on telling for a day: what is older was recorded. What is younger and told before is known. */
export const LATEST_MS = 26 * 3_600_000;

/**
 * Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md) and Svix
 * (https://docs.svix.com/receiving/verifying-payloads/how-manual), which differ in the names of their headers: HMAC-SHA256
 * over id, time and body, in base64; several signatures may stand there while a secret is changed. A secret that begins with
 * `whsec_` is base64, any other is taken as it is written.
 */
export function standardWebhookDoubt(
  { headers, body }: WebhookRequest,
  prefix: "svix" | "webhook",
  secret: string,
  now: number,
): Doubt | undefined {
  const key = standardKey(secret);
  if (key.byteLength < LEAST_SECRET) return NO_SECRET;
  const id = headers[`${prefix}-id`] ?? "";
  const timestamp = headers[`${prefix}-timestamp`] ?? "";
  const signatures = headers[`${prefix}-signature`] ?? "";
  if (id === "" || !/^\d{1,12}$/.test(timestamp) || signatures === "") return UNSIGNED;
  if (Math.abs(now - Number(timestamp) * 1_000) > TOLERANCE_MS) return OLD;
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  const isSigned = signatures.split(" ").some((each) => {
    const [version, signature = ""] = each.split(",");
    return version === "v1" && isSame(Buffer.from(signature, "base64"), wanted);
  });
  return isSigned ? undefined : wrongly("Its signature is not of this secret.");
}

/** What is wrong with a secret of Standard Webhooks: of a key that is empty or short anybody could make the signatures. */
export function standardSecretFaults(secret: string): SettingFault[] {
  if (!secret.startsWith(MARK)) return chosenSecretFaults(secret);
  return standardKey(secret).byteLength >= LEAST_SECRET
    ? []
    : [
        {
          field: "webhook_secret",
          message: `What comes after ${MARK} is no key. Copy the secret as a whole.`,
        },
      ];
}

const MARK = "whsec_";

function standardKey(secret: string): Buffer {
  return secret.startsWith(MARK)
    ? Buffer.from(secret.slice(MARK.length), "base64")
    : Buffer.from(secret, "utf8");
}

/** In bytes of a key, and in letters of what somebody chose. */
const LEAST_SECRET = 16;

/** What is wrong with a secret that somebody chose: a short one could be found out at the door by trying. */
export function chosenSecretFaults(secret: string): SettingFault[] {
  return secret === "" || secret.length >= LEAST_SECRET
    ? []
    : [{ field: "webhook_secret", message: `Choose at least ${LEAST_SECRET} letters.` }];
}

/**
 * For providers that sign nothing: they call with a secret of ours, as the password of Basic authentication (RFC 7617), which
 * they take in the address, or as a Bearer token (RFC 6750).
 */
export function secretDoubt({ headers }: WebhookRequest, secret: string): Doubt | undefined {
  if (secret === "") return NO_SECRET;
  const [, scheme = "", credentials = ""] =
    /^(\S+) +(.*)$/.exec(headers["authorization"] ?? "") ?? [];
  const given =
    scheme.toLowerCase() === "basic"
      ? Buffer.from(credentials, "base64")
          .toString("utf8")
          .replace(/^[^:]*:/, "")
      : scheme.toLowerCase() === "bearer"
        ? credentials
        : "";
  if (given === "") return { doubt: "unsigned", why: "It brings no secret along." };
  return isSame(Buffer.from(given, "utf8"), Buffer.from(secret, "utf8"))
    ? undefined
    : wrongly("It does not bring the secret along.");
}

/** Whether two secrets are the same, in a time that does not tell how far they are. */
export function isSame(given: Uint8Array, wanted: Uint8Array): boolean {
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}
