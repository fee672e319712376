import { expect, test } from "bun:test";
import { brotliDecompressSync } from "node:zlib";
import { createSeals } from "../http/seal.ts";
import { type AssetName, assetUrl, serveAsset } from "./assets.ts";
import { ICONS } from "./icons.ts";
import { publicRoutes } from "./routes.ts";

const CONTEXT = { config: { webUrl: "http://localhost" }, seals: createSeals([]) };

const NAMES: AssetName[] = ["app.css", "app.js", "htmx.js", "icons.svg", "favicon.svg"];

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return publicRoutes(CONTEXT).handle(new Request(`http://localhost${path}`, { headers }));
}

function accepting(encodings: string): Request {
  return new Request("http://localhost/", { headers: { "accept-encoding": encodings } });
}

function choose(fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(fields);
  return publicRoutes(CONTEXT).handle(
    new Request("http://localhost/theme", {
      method: "POST",
      body,
      headers: { "sec-fetch-site": "same-origin" },
    }),
  );
}

test("every asset is served at its address, to be kept for ever", async () => {
  for (const name of NAMES) {
    const answer = await ask(assetUrl(name));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
    expect((await answer.text()).length).toBeGreaterThan(100);
  }
});

test("the style sheet names only fonts that are served", async () => {
  const css = await (await ask(assetUrl("app.css"))).text();
  const fonts = [...css.matchAll(/url\(([^)]+)\)/g)].map(([, url]) => url ?? "");
  expect(fonts.length).toBeGreaterThan(5);
  for (const url of fonts) {
    const answer = await ask(url);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "font/woff2"]);
  }
});

test("an address with another hash gets today's bytes, but not to keep; an unknown name gets 404", async () => {
  const old = await ask("/assets/000000000000/app.css");
  expect([old.status, old.headers.get("cache-control")]).toEqual([200, "public, no-cache"]);
  for (const name of ["nothing.css", "..%2fassets.ts", "constructor"]) {
    expect((await ask(`/assets/000000000000/${name}`)).status).toBe(404);
  }
});

test("text is compressed as the browser takes it, fonts never", async () => {
  const plain = await (await ask(assetUrl("app.css"))).text();
  const brotli = serveAsset("", "app.css", accepting("gzip, deflate, br, zstd"));
  expect(brotli?.headers.get("content-encoding")).toBe("br");
  expect(brotliDecompressSync(await brotli!.bytes()).toString()).toBe(plain);
  const gzip = serveAsset("", "app.css", accepting("gzip"));
  expect(Buffer.from(Bun.gunzipSync(new Uint8Array(await gzip!.arrayBuffer()))).toString()).toBe(
    plain,
  );
  const font = serveAsset("", "inter-latin-wght-normal.woff2", accepting("br"));
  expect([font?.status, font?.headers.get("content-encoding")]).toEqual([200, null]);
});

test("the sprite has every icon", async () => {
  const sprite = await (await ask(assetUrl("icons.svg"))).text();
  expect([...sprite.matchAll(/<symbol id="([^"]+)"/g)].map(([, id]) => id)).toEqual([...ICONS]);
});

test("no raw colour stands outside the tokens", async () => {
  const css = await (await ask(assetUrl("app.css"))).text();
  const afterTokens = css.slice(css.indexOf("@font-face"));
  expect(afterTokens.match(/#[0-9a-f]{3,8}\b|\b(?:oklch|rgba?|hsla?)\(/gi) ?? []).toEqual([]);
});

test("a theme is remembered in a cookie, and the way back stays on the site", async () => {
  const good = await choose({ theme: "dark", return_to: "/contacts" });
  expect([good.status, good.headers.get("location"), good.headers.get("set-cookie")]).toEqual([
    303,
    "/contacts",
    "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax",
  ]);
  const bad = await choose({ theme: "pink; HttpOnly", return_to: "//example.com" });
  expect([bad.headers.get("location"), bad.headers.get("set-cookie")]).toEqual(["/", null]);
});
