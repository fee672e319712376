import { Type } from "@sinclair/typebox";
import { Input, VERBATIM } from "../../http/forms.ts";
import { ListQuery } from "../../http/paging.ts";
import { addressField } from "../contacts/address-field.ts";

/** Addresses that are pasted: one a line, or however people keep them. */
export const PastedForm = Input({
  addresses: Type.String({
    title: "Addresses",
    pattern: String.raw`\S`,
    maxLength: 1_000_000,
    error: (value: unknown) =>
      typeof value === "string" && value.length > 1_000_000
        ? "That is too much to paste at once: at most a million characters."
        : "Type or paste at least one address.",
    ...VERBATIM,
  }),
});

export const SearchQuery = Type.Object({ q: Type.String({ default: "", maxLength: 1_000 }) });

/** An address in the address of a page. */
export const AddressQuery = Type.Object({ email: Type.String({ default: "", maxLength: 1_000 }) });

const reason = Type.Union(
  [
    Type.Literal("manual"),
    Type.Literal("unsubscribed"),
    Type.Literal("bounced"),
    Type.Literal("complained"),
  ],
  { title: "Reason", default: "manual" },
);

export const SuppressionBody = Input({ email: addressField("Address"), reason });

export const ImportBody = Input({
  csv: Type.String({
    title: "CSV",
    minLength: 1,
    maxLength: 1_000_000,
    description: "At most a million characters.",
    ...VERBATIM,
  }),
});

export const ImportedView = Type.Object({
  added: Type.Integer({ description: "That could be mailed before." }),
  already: Type.Integer(),
});

export const SuppressionListQuery = Type.Composite([
  ListQuery,
  Type.Object({
    search: Type.Optional(
      Type.String({ maxLength: 1_000, description: "The beginning of an address." }),
    ),
  }),
]);

export const ByEmail = Type.Object({ email: Type.String({ maxLength: 1_000 }) });

export const SuppressionView = Type.Object({
  email: Type.String({ description: "In its canonical form." }),
  reason: Type.String(),
  origin: Type.String({ description: "Who or what suppressed it." }),
  created_at: Type.String(),
});
