import { beforeAll, expect, test } from "bun:test";
import { render } from "@mailwright/html";
import { ICONS } from "../public/icons.ts";
import { Gallery } from "./gallery.tsx";
import { SampleConfirm, SampleForm, SampleLive, SampleSignIn } from "./gallery/sample.tsx";
import { sampleShell } from "./gallery/sample-shell.ts";

const shell = sampleShell({ theme: "dark", nonce: "n0nce", path: "/developer/ui" });
const pages: Record<string, string> = {};

beforeAll(() => {
  pages["gallery"] = render(<Gallery shell={shell} now={1_764_000_000_000} />);
  pages["confirm"] = render(<SampleConfirm shell={shell} />);
  pages["form"] = render(<SampleForm shell={shell} form={{ errors: { email: "No." } }} />);
  pages["live"] = render(<SampleLive shell={shell} />);
  pages["sign-in"] = render(<SampleSignIn theme="auto" nonce="n0nce" path="/sign-in" />);
});

function each(check: (html: string, name: string) => void): void {
  for (const [name, html] of Object.entries(pages)) check(html, name);
}

function attribute(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(` ${name}="([^"]*)"`, "g"))].map(([, value]) => value ?? "");
}

test("no page holds a style attribute, an inline handler or a script without the nonce", () => {
  each((html) => {
    expect(html).not.toMatch(/\s(style|on\w+|hx-on[^=\s]*)=/);
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBe(2);
    for (const script of scripts) expect(script).toContain('nonce="n0nce"');
  });
});

test("every id stands once, and whatever refers to one finds it", () => {
  each((html) => {
    const ids = attribute(html, "id");
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const references = [
      "for",
      "form",
      "aria-labelledby",
      "aria-describedby",
      "popovertarget",
      "commandfor",
    ]
      .flatMap((name) => attribute(html, name))
      .flatMap((value) => value.split(" "))
      // The dialog is named by what is fetched into it.
      .filter((id) => id !== "confirm-title");
    expect(references.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

test("every form that posts carries the token, and none stands in another", () => {
  each((html) => {
    for (const [form] of html.matchAll(/<form[^>]*method="post"[^>]*>.*?<\/form>/gs)) {
      expect(form).toContain('name="_csrf"');
      expect(form.lastIndexOf("<form")).toBe(0);
    }
  });
});

test("every icon that is shown is in the sprite", () => {
  each((html) => {
    for (const [, name] of html.matchAll(/icons\.svg#([\w-]+)/g)) {
      expect(ICONS as readonly string[]).toContain(name!);
    }
  });
});

test("what a person typed is shown as it is", () => {
  expect(pages["gallery"]).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("the theme and the current page are said by the server", () => {
  expect(pages["gallery"]).toContain('<html lang="en" data-theme="dark">');
  expect(pages["gallery"]).toMatch(/href="\/developer" aria-current="page"/);
  expect(pages["gallery"]!.match(/aria-current="page"/g)).toHaveLength(2);
});
