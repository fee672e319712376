import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { iconSprite } from "./icons.ts";

/** The files that pages name. Fonts are named by the style sheet alone. */
export type AssetName = "app.css" | "app.js" | "htmx.js" | "icons.svg" | "favicon.svg";

interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  /** The first 12 hex digits of its SHA-256: a changed file has a changed address. */
  hash: string;
  /** Made at the first request that takes them, then kept. */
  compressed: Partial<Record<"br" | "gzip", Uint8Array<ArrayBuffer>>>;
}

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

let loaded: Map<string, Asset> | undefined;

/** The address of an asset, `/assets/<hash>/<name>`: it may be kept for ever, since other bytes have another one. */
export function assetUrl(name: AssetName): string {
  return urlIn(table(), name);
}

/**
 * The answer for `/assets/<hash>/<name>`, or undefined for a name that is none of ours. A hash of another version (a
 * page that an older or newer instance made) gets today's bytes, but not to keep.
 */
export function serveAsset(hash: string, name: string, request: Request): Response | undefined {
  const asset = table().get(name);
  if (asset === undefined) return undefined;
  const encoding = asset.type === TYPES["woff2"] ? undefined : acceptedEncoding(request);
  return new Response(encoding === undefined ? asset.body : compressed(asset, encoding), {
    headers: {
      "content-type": asset.type,
      "cache-control":
        hash === asset.hash ? "public, max-age=31536000, immutable" : "public, no-cache",
      "x-content-type-options": "nosniff",
      vary: "Accept-Encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    },
  });
}

function table(): Map<string, Asset> {
  loaded ??= load();
  return loaded;
}

/** Reads every asset once, on first use: 20 files and the icons, a few milliseconds. */
function load(): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  const add = (name: string, body: string | Uint8Array) => assets.set(name, assetOf(name, body));

  const fontFaces = readPackage("@fontsource-variable/inter/wght.css");
  for (const [, file = ""] of fontFaces.matchAll(/url\(\.\/files\/([^)]+)\)/g)) {
    add(file, readFileSync(resolve(`@fontsource-variable/inter/files/${file}`)));
  }
  // In one file: htmx begins a task after it was run, and between two deferred scripts there may be one. A page whose
  // second script came a moment later had no live regions.
  add(
    "htmx.js",
    ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"].map(readPackage).join(";\n"),
  );
  add("icons.svg", iconSprite());
  add("favicon.svg", readOwn("favicon.svg"));
  add("app.js", readOwn("app.js"));
  add(
    "app.css",
    [
      readOwn("css/tokens.css"),
      fontFaces.replaceAll(
        /url\(\.\/files\/([^)]+)\)/g,
        (_, file: string) => `url(${urlIn(assets, file)})`,
      ),
      ...readdirSync(join(import.meta.dir, "css"))
        .filter((file) => file.endsWith(".css") && file !== "tokens.css")
        .toSorted()
        .map((file) => readOwn(`css/${file}`)),
    ].join("\n"),
  );
  return assets;
}

function assetOf(name: string, content: string | Uint8Array): Asset {
  const body = new Uint8Array(Buffer.from(content));
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (type === undefined) throw new TypeError(`${name}: assets of this kind have no media type.`);
  const hash = new Bun.CryptoHasher("sha256").update(body).digest("hex").slice(0, 12);
  return { type, body, hash, compressed: {} };
}

function urlIn(assets: Map<string, Asset>, name: string): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new TypeError(`${name} is no asset.`);
  return `/assets/${asset.hash}/${name}`;
}

function acceptedEncoding(request: Request): "br" | "gzip" | undefined {
  const accepted = request.headers.get("accept-encoding") ?? "";
  return /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : undefined;
}

function compressed(asset: Asset, encoding: "br" | "gzip"): Uint8Array<ArrayBuffer> {
  return (asset.compressed[encoding] ??=
    encoding === "br" ? new Uint8Array(brotliCompressSync(asset.body)) : Bun.gzipSync(asset.body));
}

function readPackage(path: string): string {
  return readFileSync(resolve(path), "utf8").replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "");
}

function resolve(path: string): string {
  return Bun.resolveSync(path, import.meta.dir);
}

function readOwn(path: string): string {
  return readFileSync(join(import.meta.dir, path), "utf8");
}
