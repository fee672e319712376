/** A table; what stands in its cells is text or markdown of ours. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |`)
    .join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll(/\s*\n\s*/g, " ");
}

export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** The parts of a page, a blank line between them. */
export function page(...parts: string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What stands on top of every generated page. */
export const GENERATED =
  "_Made by `bun docs/generate.ts` from the sources; `bun check` holds it against them. Change those, not this._";
