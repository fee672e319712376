/** The value at a path of keys and indexes, if it is a text or a number. */
export function textAt(body: unknown, ...path: (string | number)[]): string | undefined {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
