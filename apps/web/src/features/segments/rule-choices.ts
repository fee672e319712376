import { isId } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";
import { readAttributeKeys } from "../contacts/contacts.ts";
import { segmentNames } from "./queries.ts";
import type { RuleDraft } from "./rule-form.ts";
import { type SegmentRule, segmentsIn } from "./rule.ts";
import { listSegmentChoices } from "./segments.ts";

/** What the fields of a rule offer. */
export interface RuleChoices {
  attributes: readonly string[];
  segments: readonly { id: string; name: string }[];
  /** Whether there are other segments. */
  moreSegments: boolean;
}

/** The attributes contacts have, and the segments that list their members; those that a draft names are among them. */
export async function ruleChoices(db: Queryable, draft: RuleDraft): Promise<RuleChoices> {
  const [attributes, { segments, more }] = await Promise.all([
    readAttributeKeys(db),
    listSegmentChoices(db),
  ]);
  const offered = new Set(segments.map(({ id }) => id));
  const missing = draft.parts
    .flatMap((part) => ("field" in part ? [part] : part.conditions))
    .filter(({ field, value }) => field === "segment" && isId(value) && !offered.has(value))
    .map(({ value }) => value);
  const named = missing.length === 0 ? [] : [...(await segmentNames(db, missing))];
  return {
    attributes,
    segments: [...segments, ...named.map(([id, name]) => ({ id, name }))],
    moreSegments: more,
  };
}

/** The names of the segments that a rule asks for, by id. */
export function namesIn(db: Queryable, rule: SegmentRule): Promise<ReadonlyMap<string, string>> {
  const ids = segmentsIn(rule);
  return ids.length === 0 ? Promise.resolve(new Map()) : segmentNames(db, ids);
}
