import type { GatewayField } from "@mailwright/protocol";
import type { SettingFault } from "../gateways/gateway.ts";
import { hostFaults, portFaults } from "../gateways/server-address.ts";
import { BOUNCE_LOCAL_LENGTH } from "./verp.ts";

const group = "bounces";
const text = { type: "text", required: false, secret: false, group } as const;

/** What a gateway asks for whose bounces come back by mail: where to, and the mailbox in which they arrive. */
export const BOUNCE_FIELDS: GatewayField[] = [
  {
    ...text,
    name: "bounce_address",
    label: "Bounce address",
    placeholder: "bounces@example.com",
    hint: "Every email gets a return path of its own below it (bounces+…@example.com), so its server has to take addresses with a plus. Empty: bounces go to the From address.",
  },
  {
    ...text,
    name: "bounce_host",
    label: "Bounce mailbox (IMAP host)",
    placeholder: "imap.example.com",
    hint: "Where mail to the bounce address arrives. It is read every minute. Empty: nobody reads it.",
  },
  {
    name: "bounce_security",
    label: "Bounce mailbox: encryption",
    type: "choice",
    required: false,
    secret: false,
    group,
    options: [
      { value: "tls", label: "TLS from the first byte, on port 993" },
      { value: "starttls", label: "STARTTLS, on port 143" },
      { value: "none", label: "None: only for a server on this machine" },
    ],
  },
  {
    name: "bounce_port",
    label: "Bounce mailbox: port",
    type: "number",
    required: false,
    secret: false,
    group,
    hint: "Empty: the usual one of the encryption.",
  },
  { ...text, name: "bounce_username", label: "Bounce mailbox: user name" },
  {
    name: "bounce_password",
    label: "Bounce mailbox: password",
    type: "password",
    required: false,
    secret: true,
    group,
  },
  {
    ...text,
    name: "bounce_folder",
    label: "Bounce mailbox: folder",
    hint: "Empty: INBOX.",
  },
  {
    ...text,
    name: "bounce_handled_folder",
    label: "Bounce mailbox: folder for what was handled",
    hint: "Bounces, complaints and auto-replies are moved there once they are counted; all other mail stays where it is, unread. Empty: Handled bounces.",
  },
];

/** The mailbox in which a gateway's bounces arrive. */
export interface BounceMailbox {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  username: string;
  password: string;
  /** Of an authority that is not public, in PEM form. */
  ca: string | undefined;
  folder: string;
  handledFolder: string;
}

const PORTS = { tls: 993, starttls: 143, none: 143 } as const;

/** The mailbox that is set; undefined when none is. */
export function bounceMailbox(
  settings: Record<string, string>,
  secrets: Record<string, string>,
): BounceMailbox | undefined {
  const { bounce_host: host = "", bounce_security: chosen, ca_certificate: ca = "" } = settings;
  if (host === "") return undefined;
  const security = chosen === "starttls" || chosen === "none" ? chosen : "tls";
  return {
    host,
    port: Number(settings["bounce_port"] || PORTS[security]),
    security,
    username: settings["bounce_username"] ?? "",
    password: secrets["bounce_password"] ?? "",
    ca: ca === "" ? undefined : ca,
    folder: settings["bounce_folder"] || "INBOX",
    handledFolder: settings["bounce_handled_folder"] || "Handled bounces",
  };
}

/** What tells a mailbox from others. */
export function mailboxName({
  username,
  host,
  folder,
}: Pick<BounceMailbox, "username" | "host" | "folder">): string {
  return `${username}@${host}/${folder}`;
}

const ADDRESS =
  /^([A-Za-z0-9._-]+)@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63})$/;

/** What cannot work is told when it is saved: later, bounces would be lost without a word. */
export function bounceFaults(
  settings: Record<string, string>,
  secrets: Record<string, string>,
): SettingFault[] {
  const values = { ...settings, ...secrets };
  const { bounce_address: address = "", bounce_host: host = "", bounce_port: port = "" } = values;
  const faults = [...portFaults("bounce_port", port), ...hostFaults("bounce_host", host)];
  const local = ADDRESS.exec(address)?.[1];
  if (address !== "" && (local === undefined || local.length > BOUNCE_LOCAL_LENGTH))
    faults.push({
      field: "bounce_address",
      message: `Enter an address of letters, digits, dots and hyphens, with at most ${BOUNCE_LOCAL_LENGTH} of them before the @.`,
    });
  if (host === "") return faults;
  const needed = ["bounce_address", "bounce_username", "bounce_password"];
  const missing = needed.filter((name) => (values[name] ?? "") === "");
  faults.push(
    ...missing.map((field) => ({
      field,
      message: "A bounce mailbox needs the bounce address, the user name and the password.",
    })),
  );
  const { folder, handledFolder } = bounceMailbox(settings, secrets) ?? {};
  if (folder === handledFolder)
    faults.push({
      field: "bounce_handled_folder",
      message: "Choose another folder than the one that is read.",
    });
  return faults;
}
