import { NotFoundError, RequestError } from "./faults.ts";

/**
 * Refuses an address that is no text: one with a NUL, which Postgres does not keep, or whose path is not UTF-8 once its
 * escapes are undone. Such a path names nothing; in a query it is a slip.
 */
export function refuseNoText(url: string): void {
  const { pathname, search } = new URL(url);
  if (!isText(pathname)) throw new NotFoundError();
  if (search.includes("%00"))
    throw new RequestError(400, "There is a character in the address that cannot stand there.");
}

function isText(path: string): boolean {
  if (!path.includes("%")) return true;
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}
