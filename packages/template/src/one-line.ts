/** One line without controls: whatever a text holds, it can never start another header. */
export function oneLine(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, " ")
      .trim()
  );
}
