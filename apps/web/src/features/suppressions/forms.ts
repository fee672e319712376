import { Type } from "@sinclair/typebox";
import { ID_PATTERN } from "@mailwright/platform";
import { Input, oneOf, VERBATIM } from "../../http/forms.ts";
import { ListQuery } from "../../http/paging.ts";
import { addressField } from "../contacts/address-field.ts";
import { REASON_FIELD, REASONS } from "./reasons.ts";

const one = oneOf(REASONS);
const reason = oneOf(REASONS, REASON_FIELD);

/** Addresses that are pasted: one a line, or however people keep them; and why, where they do not say it. */
export const PastedForm = Input({
  addresses: Type.String({
    title: "Addresses",
    pattern: String.raw`\S`,
    maxLength: 1_000_000,
    error: (value: unknown) =>
      typeof value === "string" && value.length > 1_000_000
        ? "That is too much to paste at once: at most a million characters. Import a file instead."
        : "Type or paste at least one address.",
    ...VERBATIM,
  }),
  reason,
});

/** What the address of the list says. */
export const SearchQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 1_000 }),
  reason: Type.Optional(one),
});

/** As many as one page of the list holds, several times over; an address of a page holds them all. */
const chosen = Type.Array(Type.String({ pattern: ID_PATTERN }), {
  title: "Addresses",
  minItems: 1,
  maxItems: 200,
  error: "Select at least one address.",
});

/** Suppressions that were selected in the list. */
export const ChosenForm = Input({ suppression_id: chosen });

/** The same in the address of a page, with the reasons that its question told of. */
export const LiftQuery = Type.Object({
  suppression_id: { ...chosen, default: [] },
  reason: Type.Array(one, { default: [] }),
  return_to: Type.String({ default: "", maxLength: 3_000 }),
});

export const SuppressionBody = Input({ email: addressField("Address"), reason });

export const SuppressionListQuery = Type.Composite([
  ListQuery,
  Type.Object({
    search: Type.Optional(
      Type.String({ maxLength: 1_000, description: "Any part of an address or a domain." }),
    ),
    reason: Type.Optional(one),
  }),
]);

export const ByEmail = Type.Object({ email: Type.String({ maxLength: 1_000 }) });

export const SuppressionView = Type.Object({
  email: Type.String({ description: "In its canonical form." }),
  reason: one,
  origin: Type.String({ description: "Who or what suppressed it." }),
  created_at: Type.String({ description: "Since when." }),
});
