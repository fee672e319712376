import { Type } from "@sinclair/typebox";
import { ID_PATTERN } from "@mailwright/platform";
import { Input, oneOf, VERBATIM } from "../../http/forms.ts";
import { REASON_FIELD, REASONS } from "../suppressions/reasons.ts";

const ON_DUPLICATE = ["update", "skip"] as const;

const onDuplicate = oneOf(ON_DUPLICATE, {
  title: "Contacts that are here already",
  default: "update",
});

/** What is to be done with the file, besides its columns: those are read by `plan.ts`. */
export const PlanForm = Input({
  on_duplicate: onDuplicate,
  segment_id: Type.Union([Type.Literal(""), Type.String({ pattern: ID_PATTERN })], {
    title: "Segment",
    default: "",
    error: "Choose a segment of the list.",
  }),
  segment_name: Type.String({ title: "New segment", maxLength: 200, default: "" }),
});

export const ImportQuery = Type.Object({
  segment_id: Type.Optional(
    Type.String({
      pattern: ID_PATTERN,
      description: "A segment that lists its members: they join it.",
    }),
  ),
  on_duplicate: Type.Optional(onDuplicate),
});

const reason = oneOf(REASONS, REASON_FIELD);

/** What is said beside a file of suppressions: why, where a row gives no reason. */
export const SuppressionFileForm = Input({ reason });

export const SuppressionImportQuery = Type.Object({
  reason: Type.Optional({ ...reason, description: "For rows that give none; manual by default." }),
});

/** A short list of suppressions, which is taken at once or not at all. */
export const SuppressionListBody = Input({
  csv: Type.String({
    title: "CSV",
    minLength: 1,
    maxLength: 1_000_000,
    description: "At most a million characters.",
    ...VERBATIM,
  }),
});

export const ListTakenView = Type.Object({
  added: Type.Integer({ description: "That could be mailed before." }),
  already: Type.Integer(),
});

export const ImportView = Type.Object({
  id: Type.String(),
  kind: oneOf(["contacts", "suppressions"]),
  state: oneOf(["uploading", "mapping", "running", "done", "failed", "cancelled"]),
  file_name: Type.String(),
  segment_id: Type.Union([Type.String(), Type.Null()]),
  on_duplicate: oneOf(ON_DUPLICATE),
  rows: Type.Integer({ description: "So far. The four counts below add up to it." }),
  inserted: Type.Integer(),
  updated: Type.Integer(),
  skipped: Type.Integer(),
  rejected: Type.Integer(),
  progress: Type.Number({ description: "The part of the file that was read, from 0 to 1." }),
  error: Type.Union([Type.String(), Type.Null()], { description: "Why it failed." }),
  created_at: Type.String(),
  finished_at: Type.Union([Type.String(), Type.Null()]),
});
