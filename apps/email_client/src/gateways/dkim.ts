import { createPrivateKey } from "node:crypto";
import type { GatewayField } from "@mailwright/protocol";
import type { SettingFault } from "./gateway.ts";

/** What a gateway asks for that signs by itself (RFC 6376). All three or none. */
export const DKIM_FIELDS: GatewayField[] = [
  {
    name: "dkim_domain",
    label: "DKIM domain",
    type: "text",
    required: false,
    secret: false,
    group: "signing",
    placeholder: "example.com",
    hint: "The domain of your From address, if messages are to be signed here. Empty: the server signs, or nobody does.",
  },
  {
    name: "dkim_selector",
    label: "DKIM selector",
    type: "text",
    required: false,
    secret: false,
    group: "signing",
    placeholder: "mail",
    hint: "The public key stands in DNS at <selector>._domainkey.<domain>.",
  },
  {
    name: "dkim_private_key",
    label: "DKIM private key",
    type: "multiline",
    required: false,
    secret: true,
    group: "signing",
    placeholder: "-----BEGIN PRIVATE KEY-----",
    hint: "RSA of at least 1024 bits, in PEM form.",
  },
];

/**
 * The headers that are signed where a message has them: those of RFC 6376 section 5.4.1, those of MIME, the one of RFC 8058,
 * and what else a campaign's emails carry. Google counts complaints by a Feedback-ID only where it is signed.
 */
const SIGNED_HEADERS = [
  "From:Sender:Reply-To:To:Cc:Subject:Date:Message-ID:In-Reply-To:References",
  "Resent-Date:Resent-From:Resent-Sender:Resent-To:Resent-Cc:Resent-Message-ID",
  "MIME-Version:Content-Type:Content-Transfer-Encoding:Content-ID:Content-Description",
  "List-Id:List-Help:List-Unsubscribe:List-Unsubscribe-Post:List-Subscribe:List-Post:List-Owner:List-Archive",
  "Feedback-ID:Auto-Submitted:Precedence",
].join(":");

export interface DkimKey {
  domainName: string;
  keySelector: string;
  privateKey: string;
  /** Separated by colons. */
  headerFieldNames: string;
}

/** The key to sign with, when one is set. */
export function dkimKey(
  settings: Record<string, string>,
  secrets: Record<string, string>,
): DkimKey | undefined {
  const domainName = settings["dkim_domain"] ?? "";
  const keySelector = settings["dkim_selector"] ?? "";
  const privateKey = secrets["dkim_private_key"] ?? "";
  if (domainName === "" || keySelector === "" || privateKey === "") return undefined;
  return { domainName, keySelector, privateKey, headerFieldNames: SIGNED_HEADERS };
}

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
const LABELS = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const LEAST_BITS = 1024;

/** A key that cannot sign is told when it is saved: later, messages would go out without a signature. */
export function dkimFaults(
  settings: Record<string, string>,
  secrets: Record<string, string>,
): SettingFault[] {
  const values = DKIM_FIELDS.map(({ name }) => ({
    field: name,
    value: { ...settings, ...secrets }[name] ?? "",
  }));
  if (values.every(({ value }) => value === "")) return [];
  return values.flatMap(({ field, value }) => {
    const message = value === "" ? INCOMPLETE : faultIn(field, value);
    return message === undefined ? [] : [{ field, message }];
  });
}

const INCOMPLETE = "A DKIM signature needs the domain, the selector and the key.";

function faultIn(field: string, value: string): string | undefined {
  if (field === "dkim_private_key") return keyFault(value);
  return LABELS.test(value)
    ? undefined
    : "Enter it as it stands in DNS: letters, digits, hyphens and dots.";
}

function keyFault(pem: string): string | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    if (asymmetricKeyType !== "rsa") return "This is not an RSA key.";
    return (asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS
      ? "This key is too short: receivers take none of less than 1024 bits."
      : undefined;
  } catch {
    return "This is not a private key in PEM form, or it is encrypted.";
  }
}
