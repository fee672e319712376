import { FIELDS, type Mapping } from "./columns.ts";

/** What a column is to fill, as a form has it. */
export interface ColumnChoice {
  target: "" | (typeof FIELDS)[number] | "attribute";
  /** Of the attribute, if it is one. */
  key: string;
}

/** How a file is to be read and what its columns are to fill, as a page says it. */
export interface TypedPlan {
  choices: ColumnChoice[];
  layout: { separator: string | undefined; hasHeader: boolean | undefined };
}

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

/** Reads a plan out of a form or an address; what it does not say is left to the guess. One target and key a column. */
export function readPlan(said: URLSearchParams): TypedPlan {
  const keys = said.getAll("key");
  const header = said.get("header");
  return {
    choices: said.getAll("target").map((target, index) => ({
      target: CHOICES.find((choice) => choice === target) ?? "",
      key: (keys[index] ?? "").trim(),
    })),
    layout: {
      separator: SEPARATOR_WORDS.get(said.get("separator") ?? ""),
      hasHeader: header === "yes" || header === "no" ? header === "yes" : undefined,
    },
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
