import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import { Readable } from "node:stream";

/** A file in a form that is being sent. */
export interface SentFile {
  fileName: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** A form that is being sent. */
export interface SentForm {
  /** Undefined when there is none, or none was chosen, or the body is no form. */
  file: SentFile | undefined;
  /** What stands before the file. */
  fields: URLSearchParams;
}

/**
 * The first file of a multipart body, as soon as its beginning is here. Its bytes pass through and are not kept; whoever
 * takes the file reads it to its end.
 */
export async function sentFile(
  contentType: string,
  body: ReadableStream<Uint8Array>,
): Promise<SentForm> {
  const { promise: file, resolve } = Promise.withResolvers<SentFile | undefined>();
  const fields = new URLSearchParams();
  const parser = parserFor(contentType);
  if (parser === undefined) return { file: undefined, fields };
  let stream: BusboyFileStream | undefined;
  parser.on("field", (name, value) => fields.append(name, value));
  parser.on("file", (_field, bytes, fileName) => {
    // With nothing chosen a browser sends a file without a name.
    if (stream !== undefined || fileName === "" || fileName === undefined) {
      bytes.resume();
      return;
    }
    stream = bytes;
    resolve({ fileName, bytes });
  });
  const source = Readable.fromWeb(body as never);
  const broken = (error: Error) => {
    stream?.destroy(error);
    resolve(undefined);
  };
  parser.on("finish", () => resolve(undefined));
  parser.on("error", (error) => broken(error instanceof Error ? error : new Error("no form")));
  source.on("error", broken);
  source.pipe(parser);
  return { file: await file, fields };
}

/** What a file is called, without the folders that some browsers put before it. */
export function plainName(fileName: string): string {
  return (fileName.split(/[\\/]/).at(-1) ?? "").replaceAll("\0", "").toWellFormed().slice(0, 255);
}

function parserFor(contentType: string) {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits: LIMITS });
  } catch {
    // There is no boundary in the type.
    return undefined;
  }
}

/** The size of a file is for whoever takes it to judge. */
const LIMITS = { files: 2, fields: 20, fieldSize: 10_000, headerPairs: 50 };
