import { type Static, Type } from "@sinclair/typebox";
import { Headers } from "./campaign-headers.ts";
import { Address, Id, line, parser } from "./values.ts";

/** What is the same for every recipient of a campaign. Waits and ages are seconds. */
export const Content = Type.Object({
  campaign: Type.Object({ id: Id, name: Type.String({ maxLength: 200 }) }),
  template: Type.Object({
    subject: Type.String({ maxLength: 2_000 }),
    html: Type.Union([Type.String({ maxLength: 1_000_000 }), Type.Null()]),
    text: Type.String({ maxLength: 1_000_000 }),
  }),
  sender: Type.Object({
    name: line(200),
    email: Address,
    reply_to: Type.Optional(Address),
    postal_address: Type.Optional(line(1_000)),
  }),
  headers: Headers,
  policy: Type.Object({
    attempts: Type.Integer({ minimum: 1, maximum: 100 }),
    first_wait_s: Type.Number({ minimum: 0.01, maximum: 86_400 }),
    max_wait_s: Type.Number({ minimum: 0.01, maximum: 7 * 86_400 }),
    max_age_s: Type.Number({ minimum: 1, maximum: 30 * 86_400 }),
    when_uncertain: Type.Union([Type.Literal("hold"), Type.Literal("resend")]),
  }),
});
export type Content = Static<typeof Content>;
export const parseContent = parser(Content);

/** The name of a content: SHA-256 over its JSON with sorted keys, so that equal contents have one name. */
export function contentHash(content: Content): string {
  return new Bun.CryptoHasher("sha256").update(canonicalJson(content)).digest("hex");
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
