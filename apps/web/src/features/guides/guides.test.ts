import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { Context } from "../../context.ts";
import { signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { guideAddress, linkFrom } from "./guides.ts";

let context: Context;
beforeAll(async () => {
  context = await testContext({});
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

const NAMES = ["deliverability", "authentication", "gateways", "bounces", "suppressions"];

async function read(name: string) {
  const viewer = await signedInClient(context, "viewer");
  return viewer.get(`/guides/${name}`);
}

test("all guides are listed, found from every page, and each leads back to the list", async () => {
  const viewer = await signedInClient(context, "viewer");
  const list = await viewer.get("/guides");
  expect(list.find(".nav-link").map(({ attributes }) => attributes["href"])).toContain("/guides");
  const links = list.find("main .link-list-item");
  expect(links.map(({ attributes }) => attributes["href"])).toEqual(
    NAMES.map((name) => `/guides/${name}`),
  );
  for (const [index, name] of NAMES.entries()) {
    const guide = await viewer.get(`/guides/${name}`);
    expect(links[index]?.text).toStartWith(guide.textOf("h1") ?? "?");
    const crumbs = guide.find(".breadcrumbs a");
    expect(crumbs.map(({ attributes, text }) => [attributes["href"], text])).toEqual([
      ["/guides", "Guides"],
    ]);
    expect(guide.find(".nav-link[aria-current=page]").map(({ text }) => text)).toEqual(["Guides"]);
  }
});

test("a guide is read on a page, with its tables, lists, examples and words in code", async () => {
  const page = await read("deliverability");
  expect(page.status).toBe(200);
  expect(page.find("h1").map(({ text }) => text)).toEqual(["That emails arrive"]);
  expect(page.find(".guide pre").map(({ text }) => text)[1]).toContain("openssl genpkey");
  expect(page.find(".guide ol > li").length).toBeGreaterThan(5);
  expect(page.find(".guide-table th").map(({ text }) => text)).toContain("DKIM aligned");
  expect(page.text).not.toMatch(/\*\*|&amp;(amp|lt|gt|quot);/);
});

test.each(NAMES)(
  "every link of %s leads somewhere, and no heading has another's place",
  async (name) => {
    const page = await read(name);
    const ids = page.find(".guide [id]").map(({ attributes }) => attributes["id"]);
    expect(new Set(ids).size).toBe(ids.length);
    const links = page.find(".guide a").map(({ attributes }) => attributes["href"] ?? "");
    for (const href of links.filter((each) => !each.startsWith("https://"))) {
      const [path = "", anchor] = href.split("#");
      const there = path === "" ? page : await read(path.replace("/guides/", ""));
      expect([href, there.status]).toEqual([href, 200]);
      if (anchor === undefined) continue;
      const places = there.find(".guide [id]").map(({ attributes }) => attributes["id"]);
      expect(places).toContain(anchor);
    }
  },
);

test.each(NAMES)("%s speaks of no file, but of pages by their titles", async (name) => {
  const page = await read(name);
  expect(page.text).not.toMatch(/\w\.md\b|Made by bun/);
});

test("whoever sets up a gateway is led to the part that they need", async () => {
  for (const [name, heading] of [
    ["deliverability", "DKIM: a signature of your domain"],
    ["bounces", "Setting it up"],
    ["gateways", "Setting them up"],
    ["gateways", "Amazon SES"],
    ["suppressions", "Out and in again"],
  ] as const) {
    const [, anchor] = guideAddress(name, heading).split("#");
    const page = await read(name);
    expect(page.find(".guide [id]").map(({ attributes }) => attributes["id"])).toContain(anchor);
  }
});

test("only the guides are served, and nothing else that lies beside them", async () => {
  const others = readdirSync(new URL("../../../../../docs", import.meta.url))
    .map((file) => file.replace(".md", ""))
    .filter((name) => !NAMES.includes(name));
  expect(others.length).toBeGreaterThan(3);
  for (const name of ["..%2FREADME", "%2e%2e%2fREADME", "nothing", ...others.slice(0, 3)])
    expect((await read(name)).status).toBe(404);
});

test("a link to what is not served is no link", () => {
  expect(linkFrom("decisions/0021-what-comes-back.md")).toBeUndefined();
  expect(linkFrom("javascript:alert(1)")).toBeUndefined();
  expect(linkFrom("gateways.md#setting-them-up")).toBe("/guides/gateways#setting-them-up");
});
