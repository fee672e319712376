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

/** Nothing that is meant is nested deeper; it also bounds whatever walks through a value. */
const DEEPEST = 64;

/**
 * The path (`contacts.3.name`) of the first part of a JSON value that cannot be stored: a text, a key, or what is nested
 * too deep.
 */
export function unstorablePath(value: unknown, path = "", depth = 0): string | undefined {
  if (typeof value === "string") return isStorable(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === DEEPEST) return path;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const fault = isStorable(key) ? unstorablePath(inner, at, depth + 1) : path;
    if (fault !== undefined) return fault;
  }
  return undefined;
}
