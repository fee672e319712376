import { afterAll, beforeAll, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { HTMX, signedInClient } from "../testing/client.ts";
import { testContext } from "../testing/context.ts";
import { findElements } from "../testing/find-elements.ts";
import { envelope } from "./envelope.ts";
import { answerError } from "./errors.tsx";
import { listen } from "./listen.ts";
import { pages } from "./pages.tsx";

let context: Context;
let server: ReturnType<typeof listen>;
/** What the route of uploads has read of the body by now. */
let read = "";
let firstRead = Promise.withResolvers<void>();

beforeAll(async () => {
  context = await testContext();
  const app = new Elysia()
    .wrap(envelope(context, (request, error) => answerError(context, () => [], request, error)))
    .onError(({ error, request }) => answerError(context, () => [], request, error))
    .use(
      new Elysia()
        .use(pages(context))
        .get("/note", ({ show }) => show({ title: "Note" }, <p id="note">Hello</p>), {
          permission: "signed-in",
        })
        .post("/note", ({ leave }) => leave("/note", "The <b>note</b> was saved."), {
          permission: "signed-in",
        })
        .post(
          "/files",
          async ({ upload }) => {
            read = "";
            for await (const chunk of upload!.body as unknown as AsyncIterable<Uint8Array>) {
              read += Buffer.from(chunk).toString();
              if (read.includes("first line")) firstRead.resolve();
            }
            return new Response("taken");
          },
          { permission: "contacts:write" },
        ),
    );
  server = listen(app, 0);
}, 30_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

async function browser() {
  const client = await signedInClient(context, "editor");
  const cookie = `session=${client.cookies.get("session")}`;
  const page = await fetch(`${server.url}/note`, { headers: { cookie } });
  const [field] = findElements(await page.text(), 'input[name="_csrf"]');
  return { cookie, csrf: field?.attributes["value"] ?? "", origin: server.url };
}

const BOUNDARY = "----boundary";
const MULTIPART = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };

function headOf(csrf: string): string {
  return [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="_csrf"',
    "",
    csrf,
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="contacts.csv"',
    "Content-Type: text/csv",
    "",
    "first line",
    "",
  ].join("\r\n");
}

test("a file is checked for its token by its beginning, and streamed on while it is still being sent", async () => {
  const { cookie, csrf, origin } = await browser();
  firstRead = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from(headOf(csrf) + "x".repeat(2_000)));
      // The rest is sent only once the route has read the beginning: a body that was gathered first would wait for ever.
      await firstRead.promise;
      controller.enqueue(Buffer.from(`last line\r\n--${BOUNDARY}--\r\n`));
      controller.close();
    },
  });
  const answer = await fetch(`${server.url}/files`, {
    method: "POST",
    headers: { cookie, origin, ...MULTIPART },
    body,
  });
  expect([answer.status, await answer.text()]).toEqual([200, "taken"]);
  expect(read).toStartWith(headOf(csrf));
  expect(read).toContain("last line");
});

test("a file without the token, or with another's, is not taken", async () => {
  const mine = await browser();
  const other = await browser();
  for (const csrf of ["", "x", other.csrf]) {
    const answer = await fetch(`${server.url}/files`, {
      method: "POST",
      headers: { cookie: mine.cookie, origin: mine.origin, ...MULTIPART },
      body: `${headOf(csrf)}\r\n--${BOUNDARY}--\r\n`,
    });
    expect(answer.status).toBe(403);
  }
});

test("what is said after a change is shown on the next page, once, and never as markup", async () => {
  const { cookie, csrf, origin } = await browser();
  const saved = await fetch(`${server.url}/note`, {
    method: "POST",
    headers: { cookie, origin },
    body: new URLSearchParams({ _csrf: csrf }),
    redirect: "manual",
  });
  expect([saved.status, saved.headers.get("location")]).toEqual([303, "/note"]);
  const [flash = ""] = saved.headers.getSetCookie()[0]?.split(";") ?? [];
  const see = (headers: Record<string, string>) => fetch(`${server.url}/note`, { headers });

  const region = await see({ cookie: `${cookie}; ${flash}`, ...HTMX });
  expect(region.headers.getSetCookie()).toEqual([]);
  const next = await see({ cookie: `${cookie}; ${flash}` });
  expect(findElements(await next.text(), "#toasts .toast-text").map(({ text }) => text)).toEqual([
    "The <b>note</b> was saved.",
  ]);
  expect(next.headers.getSetCookie()[0]).toStartWith("flash=; Path=/; Max-Age=0");
  const forged = await see({ cookie: `${cookie}; ${flash}x` });
  expect(findElements(await forged.text(), "#toasts .toast")).toEqual([]);
});

test("every page has a nonce of its own, which its scripts carry", async () => {
  const { cookie } = await browser();
  const nonces = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const page = await fetch(`${server.url}/note`, { headers: { cookie } });
    const [, nonce = ""] =
      /script-src 'nonce-([\w-]{22})'/.exec(page.headers.get("content-security-policy") ?? "") ??
      [];
    const scripts = findElements(await page.text(), "script");
    expect(scripts.map(({ attributes }) => attributes["nonce"])).toEqual(scripts.map(() => nonce));
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});
