/** What an id looks like, for schemas: a UUID in lower-case text form. */
export const ID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
const ID = new RegExp(ID_PATTERN);

/** A new UUID version 7 (RFC 9562): sorts by the time it was made, so indexes grow at one end. */
export function newId(): string {
  return Bun.randomUUIDv7();
}

/** Whether a string is a UUID in lower-case text form. Anything else never reaches a uuid column. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

/** The 16 bytes of an id. */
export function idBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

/** The id of these 16 bytes, in lower-case text form. */
export function idOfBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** SHA-256 of a string in lower-case hex: the name of a content, so that equal contents have one name. */
export function digestId(value: string): string {
  return new Bun.CryptoHasher("sha256").update(value).digest("hex");
}
