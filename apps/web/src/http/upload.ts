import { mediaType } from "./body.ts";

/** A multipart body on its way in: nothing of it is kept in memory but the piece that is being read. */
export interface Upload {
  /** With the boundary, as a multipart parser wants it. */
  contentType: string;
  body: ReadableStream<Uint8Array>;
  /** What the first field says, if that is `_csrf`. */
  csrf: string | undefined;
}

type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** Enough for a boundary (70, RFC 2046), the part's header and a token; the file comes after that. */
const HEAD_LIMIT = 1_024;

export function isMultipart(request: Request): boolean {
  return mediaType(request) === "multipart/form-data";
}

/**
 * Opens a multipart body far enough to read its first field. Our forms put `_csrf` there, and browsers send fields in
 * the order of the form, so a file can be checked for its token before the first of its bytes is taken. The body that
 * is handed on is whole.
 */
export async function openUpload(request: Request): Promise<Upload> {
  const contentType = request.headers.get("content-type") ?? "";
  const { head, body } = await peek(request);
  return { contentType, body, csrf: firstField(head, contentType) };
}

/** The beginning of a body, as far as a token can reach into it, and the whole of it, still to be read. */
export async function peek(
  request: Request,
): Promise<{ head: string; body: ReadableStream<Uint8Array> }> {
  const reader: Reader | undefined = request.body?.getReader();
  const head = await readHead(reader);
  return {
    head: Buffer.concat(head).subarray(0, HEAD_LIMIT).toString("latin1"),
    body: replay(head, reader),
  };
}

async function readHead(reader: Reader | undefined): Promise<Uint8Array[]> {
  const head: Uint8Array[] = [];
  for (let size = 0; size < HEAD_LIMIT; size += head.at(-1)?.byteLength ?? 0) {
    const next = await reader?.read();
    if (next?.value === undefined) break;
    head.push(next.value);
  }
  return head;
}

function firstField(head: string, contentType: string): string | undefined {
  const opening = `--${boundaryOf(contentType) ?? ""}\r\n`;
  if (!head.startsWith(opening)) return undefined;
  const field = /^content-disposition: form-data; name="_csrf"\r\n\r\n([\w.-]{1,200})\r\n/i;
  return field.exec(head.slice(opening.length))?.[1];
}

/** What stands between the parts of a multipart body. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}

function replay(head: Uint8Array[], reader: Reader | undefined): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const kept = head.shift();
      if (kept !== undefined) {
        controller.enqueue(kept);
        return;
      }
      const next = await reader?.read();
      if (next?.value === undefined) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}
