import { verify as verifySignature, X509Certificate } from "node:crypto";
import type { Clock } from "@mailwright/platform";
import { textAt } from "./text-at.ts";
import { type Doubt, OLD, UNSIGNED, wrongly } from "./webhook.ts";
import { LATEST_MS } from "./webhook-proofs.ts";

/** How a text is got from Amazon; undefined when that does not come about. */
export type Get = (url: URL, signal: AbortSignal) => Promise<string | undefined>;

export interface Sns {
  /** Why a message is not Amazon's; undefined when it is, `"later"` when it cannot be known now. */
  doubtOf(message: unknown, signal: AbortSignal): Promise<Doubt | "later" | undefined>;
}

/** Where Amazon's notification service is, in every region and in China: nobody else's certificate and address are taken. */
const HOST = /^sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?$/;
const MOST_CERTIFICATES = 20;

const NO_TOPIC: Doubt = {
  doubt: "no_secret",
  why: "No topic is set, so nothing can be believed.",
};

/**
 * Verifies messages of Amazon's Simple Notification Service:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. Anybody can have a topic there whose messages
 * Amazon signs, so only those of the one `topic` are believed.
 */
export function createSns(topic: string, clock: Clock, get: Get = getText): Sns {
  const certificates = new Map<string, X509Certificate>();

  async function certificateAt(
    url: URL,
    signal: AbortSignal,
  ): Promise<X509Certificate | undefined> {
    const known = certificates.get(url.href);
    if (known !== undefined) return known;
    const text = await get(url, signal);
    const certificate = text === undefined ? undefined : certificateIn(text);
    if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
    if (certificate !== undefined) certificates.set(url.href, certificate);
    return certificate;
  }

  return {
    async doubtOf(message, signal) {
      if (topic === "") return NO_TOPIC;
      const arn = textAt(message, "TopicArn");
      if (arn === undefined) return UNSIGNED;
      if (arn !== topic) return wrongly("It is of another topic.");
      const at = Date.parse(textAt(message, "Timestamp") ?? "");
      if (!(Math.abs(clock.now() - at) <= LATEST_MS)) return OLD;
      const text = signedText(message);
      const algorithm = ALGORITHMS[textAt(message, "SignatureVersion") ?? ""];
      const given = textAt(message, "Signature") ?? "";
      if (text === undefined || algorithm === undefined || given === "") return UNSIGNED;
      const url = amazonAddress(textAt(message, "SigningCertURL"));
      if (url === undefined || !url.pathname.endsWith(".pem"))
        return wrongly("Its certificate is not Amazon's.");
      const certificate = await certificateAt(url, signal);
      if (certificate === undefined) return "later";
      const signature = Buffer.from(given, "base64");
      return verifySignature(algorithm, Buffer.from(text), certificate.publicKey, signature)
        ? undefined
        : wrongly("Its signature is not Amazon's.");
    },
  };
}

/** An address at Amazon's notification service; undefined for any other. */
export function amazonAddress(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isTheirs = url.protocol === "https:" && url.port === "" && HOST.test(url.hostname);
  return isTheirs && url.username === "" && url.password === "" ? url : undefined;
}

/** Version 1 is what a topic begins with; version 2 has to be chosen. */
const ALGORITHMS: Readonly<Record<string, string>> = { "1": "RSA-SHA1", "2": "RSA-SHA256" };

const SIGNED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
  ],
};

/** The names and values that are signed, a line each, in the order of the names; a subject only where there is one. */
function signedText(message: unknown): string | undefined {
  const fields = SIGNED_FIELDS[textAt(message, "Type") ?? ""];
  if (fields === undefined) return undefined;
  return fields
    .map((name) => [name, textAt(message, name)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join("");
}

function certificateIn(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

export async function getText(url: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: "error", signal });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
