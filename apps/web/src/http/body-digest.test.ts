import { expect, test } from "bun:test";
import { digestedBody, digestOf, digestWhole } from "./body-digest.ts";

const KEY = { "idempotency-key": "one" };

function requestOf(body: string, type = "text/csv", pieces = body.length): Request {
  const bytes = Buffer.from(body);
  return new Request("http://localhost/", {
    method: "POST",
    headers: { ...KEY, "content-type": type },
    body: new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += pieces)
          controller.enqueue(bytes.subarray(at, at + pieces));
        controller.close();
      },
    }),
  });
}

async function digest(request: Request): Promise<string | undefined> {
  await digestWhole(request);
  return digestOf(request);
}

function form(boundary: string, file: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${file}\r\n--${boundary}--\r\n`;
}

const FORM = "multipart/form-data; boundary=";

test("a form has one digest under whatever boundary and in whatever pieces it comes, and another file another one", async () => {
  const file = "----x\n".repeat(20);
  const one = await digest(requestOf(form("x1", file), `${FORM}x1`));
  for (const pieces of [1, 2, 3, 7, 64])
    for (const boundary of ["x1", "----y2y2", "0".repeat(70)])
      expect(await digest(requestOf(form(boundary, file), `${FORM}"${boundary}"`, pieces))).toBe(
        one,
      );
  expect(await digest(requestOf(form("x1", file.replace("x", "z")), `${FORM}x1`))).not.toBe(one);
});

test("a file has the digest of its bytes, which passed through as they were, and none before its end", async () => {
  const request = requestOf("a@example.com\n", "text/csv; boundary=", 3);
  const body = digestedBody(request)!;
  expect(digestOf(request)).toBeUndefined();
  expect(await new Response(body).text()).toBe("a@example.com\n");
  const bytes = new Bun.CryptoHasher("sha256").update("a@example.com\n").digest("hex");
  expect(digestOf(request)).toBe(bytes);
});

test("a body that breaks off has no digest, and breaks off for whoever reads it", async () => {
  const request = new Request("http://localhost/", {
    method: "POST",
    headers: KEY,
    body: new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new DOMException("closed", "AbortError")),
    }),
  });
  expect(await digestWhole(request).catch((error: Error) => error.name)).toBe("AbortError");
  expect(digestOf(request)).toBeUndefined();
});
