import type { Email } from "postal-mime";

/** The value of a message's first header of this name, in lower case; empty where there is none. */
export function headerOf({ headers }: Email, name: string): string {
  return headers.find(({ key }) => key === name)?.value.trim() ?? "";
}

/** Everything that the headers of these names say, one in a line. */
export function headersOf({ headers }: Email, names: ReadonlySet<string>): string {
  return headers.flatMap(({ key, value }) => (names.has(key) ? [value] : [])).join("\n");
}
