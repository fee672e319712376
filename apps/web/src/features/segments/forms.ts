import { Type } from "@sinclair/typebox";
import {
  Changes,
  Input,
  Moment,
  oneOf,
  Revision,
  SeenRevision,
  VERBATIM,
} from "../../http/forms.ts";

const name = Type.String({
  title: "Name",
  minLength: 1,
  maxLength: 200,
  pattern: String.raw`^[^\r\n]*\S[^\r\n]*$`,
  error: (value: unknown) =>
    typeof value === "string" && value.length > 200
      ? `Use at most 200 characters; these are ${value.length}.`
      : "Give it a name, on one line.",
});

/** What the form of a segment holds besides its rule, which `rule-form.ts` reads. */
export const SegmentForm = Input({
  name,
  /** The revision that was edited; blank for a new segment. */
  seen: Type.String({ default: "", maxLength: 100 }),
});

/** What the list can be sorted by. */
export const SEGMENT_SORTS = { newest: "id", name: "text", size: "number" } as const;

/** What a list is asked for. */
export const SegmentsQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 200 }),
  sort: oneOf(["name", "newest", "size"], { default: "name" }),
  direction: oneOf(["ascending", "descending"], { default: "ascending" }),
});

export const SearchQuery = Type.Object({ q: Type.String({ default: "", maxLength: 300 }) });

/** Whether the segment's page counts a rule itself, for browsers without scripts. */
export const CountQuery = Type.Object({ count: Type.Optional(Type.Literal("now")) });

/** Whether a size is wanted as a number or with what it counts. */
export const SizeQuery = Type.Object({ in: Type.Optional(Type.Literal("words")) });

export const PastedForm = Input({
  addresses: Type.String({
    title: "Addresses",
    pattern: String.raw`\S`,
    maxLength: 1_000_000,
    error: (value: unknown) =>
      typeof value === "string" && value.length > 1_000_000
        ? "That is too much to paste. Import a file instead."
        : "Type or paste at least one address.",
    ...VERBATIM,
  }),
  /** Whether addresses that no contact has become contacts. */
  make: Type.Boolean({ default: false }),
});

/** The boxes that were checked in a list of contacts. */
export const SelectedForm = Input({ contact_id: Type.Array(Type.String(), { maxItems: 1_000 }) });

const CONDITION = {
  type: "object",
  required: ["field", "is"],
  properties: {
    field: {
      type: "string",
      description:
        "email, domain, name, first_name, last_name, created_at, segment, or attributes.<key>",
    },
    is: {
      type: "string",
      description:
        "Of texts: equals, not_equals, contains, not_contains, begins_with, and but for addresses set, not_set. Of created_at: before, after (a day, 2026-11-24, in UTC), in_last_days, not_in_last_days (a number). Of attributes: all of these, and greater_than, less_than. Of segment: in, not_in (the id of a static segment).",
    },
    value: { type: ["string", "number", "boolean"] },
  },
};

const group = (items: object) => [
  { type: "object", required: ["all"], properties: { all: { type: "array", items } } },
  { type: "object", required: ["any"], properties: { any: { type: "array", items } } },
];

/** A rule as the API describes it; `parseRule` is what checks it, with a message for each place. */
const rule = Type.Unknown({
  title: "Rule",
  description: "A group of conditions and of groups of conditions; a single condition will do.",
  anyOf: [...group({ anyOf: [CONDITION, ...group(CONDITION)] }), CONDITION],
});

export const SegmentBody = Input({ name, rule: Type.Optional(rule) });
export const SegmentChanges = Changes(Input({ ...SegmentBody.properties, revision: SeenRevision }));
export const RuleBody = Input({ rule });

export const SegmentView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  rule: Type.Union([Type.Unknown(), Type.Null()], { description: "Null for a static segment." }),
  size: Type.Union([Type.Integer(), Type.Null()], {
    description:
      "How many contacts are in it. Null for a dynamic segment in a list, and where counting took too long.",
  }),
  created_at: Moment,
  updated_at: Moment,
  revision: Revision,
});

export const SizeView = Type.Object({
  contacts: Type.Union([Type.Integer(), Type.Null()], {
    description: "Null where counting took too long.",
  }),
});

export const MemberView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  attributes: Type.Record(Type.String(), Type.Unknown()),
  created_at: Moment,
  added_at: Type.Union([Moment, Type.Null()]),
});
