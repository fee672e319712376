import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";

/** A UUID in lower-case text form. */
export const Id = Type.String({
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
});

/** SHA-256 in lower-case hex. */
export const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** Milliseconds since the Unix epoch, until the year 2200: anything else is a fault, not a time. */
export const Time = Type.Integer({ minimum: 0, maximum: 7_258_118_400_000 });

/** An address as the wire carries it: one @, no white space or control. */
export const ADDRESS_PATTERN = '^[^\\s@\\x00-\\x1f\\x7f<>,;:"]+@[^\\s@\\x00-\\x1f\\x7f<>,;:"]+$';
/** In octets (RFC 5321 4.5.3.1.3). */
export const ADDRESS_LENGTH = 254;
export const Address = Type.String({ maxLength: ADDRESS_LENGTH, pattern: ADDRESS_PATTERN });

/** One line of text: what may stand in a header. */
export function line(maxLength: number) {
  return Type.String({ maxLength, pattern: "^[^\\r\\n\\x00]*$" });
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; field: string; message: string };

/** Compiles a schema once; the answer is the value or the first fault with the path of its field (`recipients.3.email`). */
export function parser<S extends TSchema>(schema: S): (value: unknown) => Parsed<Static<S>> {
  let compiled: TypeCheck<S> | undefined;
  return (value) => {
    compiled ??= TypeCompiler.Compile(schema);
    if (compiled.Check(value)) return { ok: true, value };
    const fault = compiled.Errors(value).First();
    return {
      ok: false,
      field: (fault?.path ?? "").slice(1).replaceAll("/", ".") || "body",
      message: fault?.message ?? "is not valid",
    };
  };
}
