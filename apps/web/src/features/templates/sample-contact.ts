import type { ContactRecord } from "@mailwright/template";

/** Somebody to show a template for while nobody real is chosen; each custom attribute shows its own name. */
export function sampleContact(attributes: readonly string[]): ContactRecord {
  return {
    id: "00000000-0000-7000-8000-000000000000",
    email: "anna@example.com",
    name: "Anna Kowalska",
    first_name: "Anna",
    last_name: "Kowalska",
    attributes: Object.fromEntries(attributes.map((key) => [key, `[${key}]`])),
  };
}
