import { expect, test } from "bun:test";
import { contentSecurityPolicy, foreignDocument, fragment, page } from "./html.ts";

test("a page has a doctype and says what it varies by; a fragment has none", async () => {
  const answer = page(<html lang="en" />, { status: 422 });
  expect(await answer.text()).toBe('<!doctype html><html lang="en"></html>');
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("vary")]).toEqual([
    422,
    "text/html; charset=utf-8",
    "HX-Request, HX-Request-Type",
  ]);
  const part = fragment(<p>{"<"}</p>, { headers: { "HX-Trigger": "saved" } });
  expect(await part.text()).toBe("<p>&lt;</p>");
  expect([part.headers.get("content-type"), part.headers.get("HX-Trigger")]).toEqual([
    "text/html; charset=utf-8",
    "saved",
  ]);
});

test("scripts need the nonce, and no style may stand in the page", () => {
  const policy = contentSecurityPolicy("abc");
  expect(policy).toContain("script-src 'nonce-abc';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).not.toContain("unsafe");
});

test("a foreign document has an origin of its own and runs nothing", async () => {
  const answer = foreignDocument("<script>alert(1)</script>");
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("sandbox");
  expect(policy).not.toContain("allow-scripts");
  expect(policy).not.toContain("allow-same-origin");
  expect(policy).toContain("default-src 'none'");
});
