import { type Html, render } from "@mailwright/html";
import { problem, problemResponse } from "@mailwright/platform";
import { Elysia } from "elysia";
import type { Ledger } from "./ledger.ts";
import { LedgerView, MessageView } from "./views.tsx";

const SHOWN = 100;

/** What there is to look at: the newest acceptances, and each of them as its reader would see it. */
export function pageRoutes(ledger: Ledger) {
  return new Elysia({ name: "pages" })
    .get("/", () => page(<LedgerView items={ledger.newest(SHOWN)} accepted={ledger.accepted} />))
    .get("/messages/:n", ({ params }) => {
      const item = ledger.item(Number(params.n));
      if (item === undefined) return notFound();
      return page(<MessageView item={item} message={ledger.message(item.n)} />);
    })
    .get("/messages/:n/html", ({ params }) => {
      const html = ledger.message(Number(params.n))?.html;
      return typeof html === "string" ? emailDocument(html) : notFound();
    })
    .get("/page.css", () => new Response(Bun.file(new URL("page.css", import.meta.url))));
}

function notFound(): Response {
  return problemResponse(problem(404, "There is no such message"));
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

function page(html: Html): Response {
  const policy = "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'";
  return new Response(`<!doctype html>${render(html)}`, {
    headers: { ...HEADERS, "content-security-policy": policy },
  });
}

/** An email is a stranger's document: it gets an origin of its own and runs nothing. */
function emailDocument(html: string): Response {
  const policy =
    "sandbox; default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'self'";
  return new Response(html, { headers: { ...HEADERS, "content-security-policy": policy } });
}
