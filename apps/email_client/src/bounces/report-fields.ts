/** The fields of one block of a machine-readable report, by their names in lower case; of a repeated one the first. */
export type ReportFields = ReadonlyMap<string, string>;

/** So much of a report is read; an honest one of a single message has less than a kilobyte. */
const LENGTH = 64 * 1024;
const VALUE_LENGTH = 4_000;
const BLOCKS = 100;

/** Blocks of fields as in a message's header, with empty lines between them (RFC 3464 2.1, RFC 5965 3.1). */
export function reportBlocks(text: string): ReportFields[] {
  const unfolded = text
    .slice(0, LENGTH)
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]+(?=\S)/g, " ");
  const blocks: Map<string, string>[] = [];
  let block: Map<string, string> | undefined;
  for (const line of unfolded.split("\n")) {
    if (line.trim() === "") {
      block = undefined;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    if (block === undefined) {
      if (blocks.length === BLOCKS) break;
      blocks.push((block = new Map()));
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!block.has(name)) block.set(name, line.slice(colon + 1, colon + 1 + VALUE_LENGTH).trim());
  }
  return blocks;
}

/** What stands behind the type of a typed value: `smtp; 550 no such user`, `rfc822; ann@example.com`. */
export function untyped(value: string): string {
  return value.replace(/^\s*[\w.+-]{1,40}\s*;\s*/, "");
}
