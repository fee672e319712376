import { NotFoundError, RequestError } from "./faults.ts";

/**
 * Refuses a URL that cannot be stored: 404 for a path with a NUL or invalid UTF-8 once decoded, 400 for a NUL in the
 * query.
 */
export function refuseUndecodableUrl(url: string): void {
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
