/** An email as the seed gateway takes it. */
export interface Message {
  from: { name?: string | null; email: string };
  to: { name?: string | null; email: string };
  subject: string;
  text: string;
  html?: string | null;
  headers?: Record<string, string> | null;
}

/** The first fault of a body, named by its field, or undefined if it is a message. By hand: this runs for every email. */
export function messageFault(body: unknown): string | undefined {
  if (!isRecord(body)) return "The body must be a JSON object.";
  const { from, to, subject, text, html, headers } = body;
  return (
    partyFault("from", from) ??
    partyFault("to", to) ??
    (typeof subject === "string" ? undefined : "subject must be a text.") ??
    (typeof text === "string" ? undefined : "text must be a text.") ??
    (isAbsent(html) || typeof html === "string" ? undefined : "html must be a text.") ??
    headersFault(headers)
  );
}

/**
 * The name by which repeated acceptances of one email are told: the `Idempotency-Key` of the request, else what the
 * message's own headers say. Null if it has none.
 */
export function keyOf(request: Headers, message: Message): string | null {
  return (
    request.get("idempotency-key") ??
    request.get("x-mailwright-email") ??
    ownHeader(message, "idempotency-key") ??
    ownHeader(message, "x-mailwright-email") ??
    ownHeader(message, "message-id") ??
    null
  );
}

function ownHeader({ headers }: Message, name: string): string | undefined {
  for (const own in headers) {
    if (own.length === name.length && own.toLowerCase() === name) return headers[own];
  }
  return undefined;
}

function partyFault(field: string, party: unknown): string | undefined {
  if (!isRecord(party)) return `${field} must have a name and an email.`;
  if (typeof party["email"] !== "string" || !party["email"].includes("@")) {
    return `${field}.email must be an address.`;
  }
  const name = party["name"];
  return isAbsent(name) || typeof name === "string" ? undefined : `${field}.name must be a text.`;
}

function headersFault(headers: unknown): string | undefined {
  if (isAbsent(headers)) return undefined;
  if (!isRecord(headers)) return "headers must be names and texts.";
  for (const name in headers) {
    if (typeof headers[name] !== "string") return `headers.${name} must be a text.`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
