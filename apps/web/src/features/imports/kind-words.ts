/** What the rows of an import become. */
export type ImportKind = "contacts" | "suppressions";

interface KindWords {
  /** What a file of the kind brought, where it is listed. */
  noun: string;
  /** What became of rows that were here already. */
  updated: string;
  skipped: string;
  /** What is said of the rows that were skipped, after how many those are. */
  leftAlone: string;
  /** Where they can be seen. */
  see: { href: string; label: string };
  /** What is said of an import that wrote nothing. */
  nothing: string;
}

/** The same in words. */
export const KIND_WORDS: Readonly<Record<ImportKind, KindWords>> = {
  contacts: {
    noun: "Contacts",
    updated: "Updated",
    skipped: "Skipped",
    leftAlone: "skipped: whoever was here already stays as they were.",
    see: { href: "/contacts", label: "See the contacts" },
    nothing: "No contact was added or changed.",
  },
  suppressions: {
    noun: "Suppressions",
    updated: "Changed",
    skipped: "Known already",
    leftAlone: "skipped: an address that was suppressed already stays so.",
    see: { href: "/suppressions", label: "See the suppressions" },
    nothing: "No address was suppressed.",
  },
};
