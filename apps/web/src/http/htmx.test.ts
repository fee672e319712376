import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { localPath, redirect, wantsFragment } from "./htmx.ts";

function request(headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/contacts", { headers });
}

const HTMX = { "HX-Request": "true", "HX-Request-Type": "partial" };

test("a fragment is for htmx alone, and only where it swaps a part and restores no page", () => {
  expect(wantsFragment(request(HTMX))).toBe(true);
  expect(wantsFragment(request())).toBe(false);
  expect(wantsFragment(request({ ...HTMX, "HX-Request-Type": "full" }))).toBe(false);
  expect(wantsFragment(request({ ...HTMX, "HX-History-Restore-Request": "true" }))).toBe(false);
  expect(wantsFragment(request({ "HX-Request-Type": "partial" }))).toBe(false);
});

test("a plain form is redirected by 303, htmx by a header that loads the page", () => {
  const plain = redirect(request(), "/contacts/7");
  expect([plain.status, plain.headers.get("location")]).toEqual([303, "/contacts/7"]);
  const htmx = redirect(request(HTMX), "/contacts/7#top");
  expect([htmx.status, htmx.headers.get("HX-Redirect")]).toEqual([204, "/contacts/7#top"]);
});

test("a redirect to the page one is on names no fragment, which would not load it", () => {
  const here = { ...HTMX, "HX-Current-URL": "http://localhost/contacts?q=a#list" };
  expect(redirect(request(here), "/contacts?q=a#list").headers.get("HX-Redirect")).toBe(
    "/contacts?q=a",
  );
});

test("any path can stand in a header", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const location = redirect(request(), `/contacts?q=${text}`).headers.get("location");
      expect(location).toMatch(/^\/contacts\?q=[\u0021-\u007e]*$/);
    }),
  );
});

test("a path to return to never leaves the site", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc
          .array(fc.constantFrom("/", "\\", "//", "\t", "\n", "@", ":", "example.com", ".."))
          .map((parts) => `/${parts.join("")}`),
      ),
      (text) => {
        const path = localPath(text, "/");
        expect(path).toStartWith("/");
        expect(new URL(path, "https://ours.example.com").origin).toBe("https://ours.example.com");
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a good path is kept with its query and fragment, anything else is the fallback", () => {
  expect(localPath("/contacts?q=a#list")).toBe("/contacts?q=a#list");
  expect(localPath("//example.com", "/home")).toBe("/home");
  expect(localPath("/\\example.com", "/home")).toBe("/home");
  expect(localPath(undefined, "/home")).toBe("/home");
});
