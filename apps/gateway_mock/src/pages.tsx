import { type Html, render } from "@mailwright/html";
import { type Clock, problem, problemResponse } from "@mailwright/platform";
import { Elysia } from "elysia";
import type { Config } from "./config.ts";
import type { Ledger, LedgerItem } from "./ledger.ts";
import { type Fate, isFate, tell, usualFates } from "./teller.ts";
import { LedgerView, MessageView } from "./views.tsx";

const SHOWN = 100;

export interface PagesContext {
  ledger: Ledger;
  config: Config;
  clock: Clock;
}

/** What there is to look at: the newest acceptances, and each of them as its reader would see it. */
export function pageRoutes({ ledger, config, clock }: PagesContext) {
  const { webhook } = config;
  const tells = webhook !== undefined;

  /** Tells it and shows the page anew; what came back stands on it. */
  async function told(path: string, fates: readonly (readonly [LedgerItem, Fate])[]) {
    if (webhook === undefined) return problemResponse(problem(409, "There is nobody to tell"));
    const answer = await tell({ ...webhook, clock }, fates);
    const location = `${path}?${new URLSearchParams({ told: answer })}`;
    return new Response(null, { status: 303, headers: { location } });
  }

  return new Elysia({ name: "pages" })
    .get("/", ({ query }) =>
      page(
        <LedgerView
          items={ledger.newest(SHOWN)}
          accepted={ledger.accepted}
          tells={tells}
          told={query["told"]}
        />,
      ),
    )
    .post(
      "/fates",
      () =>
        told(
          "/",
          ledger
            .newest(SHOWN)
            .flatMap((item) => usualFates(item).map((fate) => [item, fate] as const)),
        ),
      { parse: "none" },
    )
    .post(
      "/messages/:n/fate",
      ({ params, body }) => {
        const item = ledger.item(Number(params.n));
        const fate = (body as { fate?: unknown } | undefined)?.fate;
        if (item === undefined || !isFate(fate)) return notFound();
        return told(`/messages/${item.n}`, [[item, fate]]);
      },
      { parse: "urlencoded" },
    )
    .get("/messages/:n", ({ params, query }) => {
      const item = ledger.item(Number(params.n));
      if (item === undefined) return notFound();
      return page(
        <MessageView
          item={item}
          message={ledger.message(item.n)}
          tells={tells}
          told={query["told"]}
        />,
      );
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
