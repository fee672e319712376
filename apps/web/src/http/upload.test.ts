import { expect, test } from "bun:test";
import fc from "fast-check";
import { openUpload } from "./upload.ts";

function post(body: FormData | ReadableStream<Uint8Array> | string, contentType?: string): Request {
  return new Request("http://localhost/imports", {
    method: "POST",
    body,
    ...(contentType && { headers: { "content-type": contentType } }),
  });
}

function formWith(pairs: [string, string | Blob][]): FormData {
  const form = new FormData();
  for (const [name, value] of pairs) form.append(name, value);
  return form;
}

test("the token is read from the first field, and the body goes on whole", async () => {
  const form = formWith([
    ["_csrf", "A-token_1"],
    ["file", new Blob(["email\nanna@example.com\n"])],
  ]);
  const upload = await openUpload(post(form));
  expect(upload.csrf).toBe("A-token_1");
  const whole = await new Response(upload.body, {
    headers: { "content-type": upload.contentType },
  }).formData();
  expect(whole.get("_csrf")).toBe("A-token_1");
  expect(await (whole.get("file") as Blob).text()).toBe("email\nanna@example.com\n");
});

test("a token that stands anywhere but first is none", async () => {
  const form = formWith([
    ["name", "x"],
    ["_csrf", "A-token_1"],
  ]);
  expect((await openUpload(post(form))).csrf).toBeUndefined();
});

test("whatever comes, in whatever pieces, comes out again, and only its beginning was waited for", async () => {
  const type = 'multipart/form-data; boundary="b"';
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 8 }),
      async (pieces) => {
        let taken = 0;
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            const piece = pieces[taken++];
            if (piece === undefined) controller.close();
            else controller.enqueue(piece);
          },
        });
        const upload = await openUpload(post(body, type));
        const passed = await new Response(upload.body).bytes();
        expect(Buffer.from(passed).equals(Buffer.concat(pieces))).toBe(true);
        expect(upload.csrf).toBeUndefined();
      },
    ),
  );
});
