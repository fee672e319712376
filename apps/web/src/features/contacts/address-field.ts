import { FormatRegistry, Type } from "@sinclair/typebox";
import { parseAddress } from "./address.ts";

FormatRegistry.Set("address", (value) => parseAddress(value).ok);

/** An email address in a form or in the API, as it is typed; `parseAddress` has its canonical form. */
export function addressField(title: string) {
  return Type.String({ title, format: "address", maxLength: 320, error: messageOf });
}

/** The same where it may be left blank. */
export function optionalAddressField(title: string) {
  return Type.Union([Type.Literal(""), Type.String({ format: "address", maxLength: 320 })], {
    title,
    default: "",
    error: messageOf,
  });
}

function messageOf(value: unknown): string {
  const parsed = parseAddress(typeof value === "string" ? value : "");
  return parsed.ok ? "Use an email address." : parsed.message;
}
