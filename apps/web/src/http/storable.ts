/**
 * Postgres keeps every text but one with a NUL in it, and UTF-8 has no way to write half a surrogate pair. Nobody means
 * either of them, so what comes by form loses them, and what comes by JSON is refused for them.
 */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replaceAll("\0", "").toWellFormed();
}

export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** The path (`contacts.3.name`) of the first text in a JSON value that cannot be stored; keys count as text too. */
export function unstorablePath(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") return isStorable(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const fault = isStorable(key) ? unstorablePath(inner, at) : path;
    if (fault !== undefined) return fault;
  }
  return undefined;
}
