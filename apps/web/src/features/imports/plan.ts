import { FIELDS, type Mapping } from "./columns.ts";

/** What a column is to fill, as a form has it. */
export interface ColumnChoice {
  target: "" | (typeof FIELDS)[number] | "attribute";
  /** Of the attribute, if it is one. */
  key: string;
}

/** How a file is to be read, as a page says it; what it does not say is left to the guess. */
export interface TypedLayout {
  separator: string | undefined;
  hasHeader: boolean | undefined;
}

/** How a file is to be read and what its columns are to fill. */
export interface TypedPlan {
  choices: ColumnChoice[];
  layout: TypedLayout;
}

/** The fields of how a file is to be read, which somebody may change, and of how the columns were read that stand with them. */
export const CHOSEN = { separator: "separator", header: "header" } as const;
export const SHOWN = { separator: "shown_separator", header: "shown_header" } as const;

/** Separators by the words for them in an address: a tab in it would be lost. */
const SEPARATOR_WORDS = new Map([
  [",", ","],
  [";", ";"],
  ["tab", "\t"],
  ["|", "|"],
]);

export function separatorWord(separator: string): string {
  return separator === "\t" ? "tab" : separator;
}

/** Reads a plan out of a form: one target and key a column, as it was shown. */
export function readPlan(form: URLSearchParams): TypedPlan {
  const keys = form.getAll("key");
  return {
    choices: form.getAll("target").map((target, index) => ({
      target: CHOICES.find((choice) => choice === target) ?? "",
      key: (keys[index] ?? "").trim(),
    })),
    // A page of a web from before there was one says it by the other names.
    layout: layoutIn(form, form.has(SHOWN.separator) ? SHOWN : CHOSEN),
  };
}

/** How a form or an address wants the file read. */
export function layoutIn(
  said: URLSearchParams,
  names: typeof CHOSEN | typeof SHOWN = CHOSEN,
): TypedLayout {
  const header = said.get(names.header);
  return {
    separator: SEPARATOR_WORDS.get(said.get(names.separator) ?? ""),
    hasHeader: header === "yes" || header === "no" ? header === "yes" : undefined,
  };
}

const CHOICES: readonly ColumnChoice["target"][] = ["", ...FIELDS, "attribute"];

export function choicesOf(mapping: Mapping): ColumnChoice[] {
  return mapping.map((target) => {
    const field = FIELDS.find((each) => each === target);
    if (target === null) return { target: "", key: "" };
    return field === undefined ? { target: "attribute", key: target } : { target: field, key: "" };
  });
}

/** What the choices come to, a column each; a column without a choice is left out. */
export function mappingOf(choices: readonly ColumnChoice[], columns: number): (string | null)[] {
  return Array.from({ length: columns }, (_, index) => {
    const { target, key } = choices[index] ?? { target: "", key: "" };
    if (target === "attribute") return key;
    return FIELDS.find((field) => field === target) ?? null;
  });
}
