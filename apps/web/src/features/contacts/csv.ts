import { stringify } from "csv-stringify/sync";

/** One piece of a CSV (RFC 4180). What the cells hold is for the caller to make safe; see `cells.ts`. */
export function csvRows(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: "\r\n", quoted_match: /[\r\n]/ });
}

/**
 * The answer that saves a CSV as a file. It is made while it is read: nothing of it waits in memory. For people it begins
 * with the mark by which spreadsheets know UTF-8.
 */
export function csvFile(
  fileName: string,
  pieces: AsyncIterable<string>,
  { mark = true } = {},
): Response {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (mark) controller.enqueue(encoder.encode("\ufeff"));
    },
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": disposition(fileName),
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

/** A name in another alphabet stands in a parameter of its own (RFC 6266, 4.3); older clients read the first. */
function disposition(fileName: string): string {
  const ascii = fileName.replaceAll(/[^\w.-]+/g, "-");
  const whole = ascii === fileName ? "" : `; filename*=UTF-8''${encodeURIComponent(fileName)}`;
  return `attachment; filename="${ascii}"${whole}`;
}
