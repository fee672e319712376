/** A row of the attributes' editor. */
export interface AttributeRow {
  key: string;
  value: string;
  error?: string | undefined;
}

/** A contact's form as it is shown again: what was typed, and what is wrong with it. */
export interface TypedContact {
  unsaved?: true;
  values: Record<string, string>;
  errors: Record<string, string>;
  rows: AttributeRow[];
  /** What is wrong with all attributes together. */
  rowsFault: string | undefined;
}
