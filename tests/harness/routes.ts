import { readFileSync } from "node:fs";
import { join } from "node:path";

const [PAGES = "", API = ""] = readFileSync(
  join(import.meta.dir, "../../docs/routes.md"),
  "utf8",
).split(/^## (?:The API|From the email client)$/m);

/** Routes of pages as `docs/routes.md` lists them, which `bun check` holds against the app: every GET. */
export const PAGE_ROUTES: readonly string[] = getsIn(PAGES);
/** The same of the API. */
export const API_ROUTES: readonly string[] = getsIn(API);

function getsIn(text: string): string[] {
  return [...text.matchAll(/^\| GET +\| `([^`]+)`/gm)].map(([, path = ""]) => path);
}
