/**
 * White space around the end of a line. A run of it is looked at once, from where it begins: in a cell of 130,000 spaces each of
 * them would be the beginning of another look, and web stand still for ten seconds.
 */
const LINE_END = /(?<!\s)\s*[\r\n]\s*/g;

/** A text as it is kept where it has one line: without white space around it. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(LINE_END, " ");
}
