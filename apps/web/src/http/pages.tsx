import { Elysia } from "elysia";
import type { Html } from "@mailwright/html";
import type { Context } from "../context.ts";
import { AuthLayout } from "../ui/auth-layout.tsx";
import { Layout } from "../ui/layout.tsx";
import { themeOf } from "../ui/theme.ts";
import { type SignedIn, type User } from "./access.ts";
import { type Flash, flashCookie, takeFlash } from "./flash.ts";
import {
  guardLinkPage,
  guardOpenPage,
  guardPage,
  type PagePermission,
  type Visit,
} from "./guard.ts";
import { contentSecurityPolicy, page } from "./html.ts";
import { type HtmxResponseHeaders, isHtmx, redirect } from "./htmx.ts";
import type { OpenContext } from "./open-context.ts";
import { leaveBody, naming } from "./routes-of.ts";
import { csrfToken } from "./session.ts";
import { newNonce, shellFor } from "./shell.ts";
import type { Upload } from "./upload.ts";

export interface View {
  title: string;
  /** 200 unless said otherwise: 422 for a form to be mended, 409 for what cannot be done now. */
  status?: number;
  /** `narrow` for a form or a text, `wide` for a dense table. */
  width?: "narrow" | "wide";
  headers?: HtmxResponseHeaders & Record<string, string>;
}

/** What a page's route finds in its context, besides what Elysia puts there. */
export type PageTools = {
  user: User;
  person: SignedIn;
  /** The token that every form of a view carries. */
  csrf: string;
  /** What was posted; `parseForm` (forms.ts) makes values of it. */
  form: URLSearchParams;
  /** The body itself, when a form with a file was posted. */
  upload: Upload | undefined;
  /** Answers with a page in the layout. */
  show(view: View, content: Html): Promise<Response>;
  /** Sends the browser on to another of our pages, where `said` is shown once. Whatever changed something ends so. */
  leave(to: string, said?: string | Flash): Response;
};

/**
 * The base of a feature's pages. Each route names the permission it needs and finds `PageTools` in its context:
 *
 *     new Elysia({ prefix: "/contacts" })
 *       .use(pages(context))
 *       .get("/", ({ show }) => show({ title: "Contacts" }, <p>None yet.</p>), { permission: "contacts:read" })
 */
export function pages(context: Context) {
  const visits = new WeakMap<Request, Visit>();
  return new Elysia({ name: "pages" }).macro({
    permission: (permission: PagePermission) => ({
      parse: leaveBody,
      detail: naming(permission),
      // Before Elysia looks at parameters: a stranger is asked to sign in, whatever else is wrong.
      async transform({ request }: { request: Request }) {
        visits.set(request, await guardPage(context, request, permission));
      },
      async resolve({ request }: { request: Request }) {
        const visit = visits.get(request);
        if (visit === undefined) throw new Error("a page was reached around its guard");
        return pageTools(context, request, visit);
      },
    }),
  });
}

function pageTools(context: Context, request: Request, visit: Visit): PageTools {
  const { person, form, upload } = visit;
  return {
    user: person.user,
    person,
    csrf: csrfToken(context, person),
    form,
    upload,
    async show({ title, width, ...answer }, content) {
      // A region that htmx picks out of the page would leave the message behind.
      const taken = isHtmx(request) ? undefined : takeFlash(context, request);
      const shell = await shellFor(context, request, person, taken?.flash);
      const html = (
        <Layout shell={shell} title={title} {...(width && { width })}>
          {content}
        </Layout>
      );
      const response = page(html, withPolicy(answer, shell.nonce));
      if (taken !== undefined) response.headers.append("set-cookie", taken.cookie);
      return response;
    },
    leave: (to, said) => leave(context, request, to, said),
  };
}

/** What a route finds in its context when nobody need be signed in. */
export type OpenPageTools = {
  form: URLSearchParams;
  /** Where the request comes from, for the throttle and the list of sessions; undefined in a test without a socket. */
  peer: string | undefined;
  /** Answers with a page of one card. */
  show(view: View & { lead?: string; foot?: string; host?: string }, content: Html): Response;
  leave(to: string, said?: string | Flash): Response;
};

/** The base of what is open to anybody; see `guardOpenPage` for how its forms are protected. */
export function openPages(context: OpenContext) {
  const forms = new WeakMap<Request, URLSearchParams>();
  return new Elysia({ name: "open-pages" }).macro({
    permission: (permission: "public") => ({
      parse: leaveBody,
      detail: naming(permission),
      async transform({ request }: { request: Request }) {
        forms.set(request, await guardOpenPage(context, request));
      },
      async resolve({ request, server }: { request: Request; server: Peers | null }) {
        return openPageTools(context, request, {
          form: forms.get(request) ?? new URLSearchParams(),
          peer: server?.requestIP(request)?.address,
        });
      },
    }),
  });
}

/** The base of pages that are open to whoever has their address; see `guardLinkPage`. */
export function linkPages(context: OpenContext) {
  const forms = new WeakMap<Request, URLSearchParams>();
  return new Elysia({ name: "link-pages" }).macro({
    permission: (permission: "link") => ({
      parse: leaveBody,
      detail: naming(permission),
      async transform({ request }: { request: Request }) {
        forms.set(request, await guardLinkPage(request));
      },
      async resolve({ request }: { request: Request }) {
        const form = forms.get(request) ?? new URLSearchParams();
        return openPageTools(context, request, { form, peer: undefined });
      },
    }),
  });
}

interface Peers {
  requestIP(request: Request): { address: string } | null;
}

function openPageTools(
  context: OpenContext,
  request: Request,
  { form, peer }: Pick<OpenPageTools, "form" | "peer">,
): OpenPageTools {
  return {
    form,
    peer,
    show({ title, lead, foot, host, status, headers }, content) {
      const nonce = newNonce();
      const html = (
        <AuthLayout
          title={title}
          host={host}
          {...(lead !== undefined && { lead })}
          {...(foot !== undefined && { foot })}
          theme={themeOf(request)}
          nonce={nonce}
          csrf=""
          path={new URL(request.url).pathname}
        >
          {content}
        </AuthLayout>
      );
      return page(
        html,
        withPolicy({ ...(status && { status }), ...(headers && { headers }) }, nonce),
      );
    },
    leave: (to, said) => leave(context, request, to, said),
  };
}

function leave(
  context: OpenContext,
  request: Request,
  to: string,
  said?: string | Flash,
): Response {
  const response = redirect(request, to);
  if (said !== undefined) {
    const flash: Flash = typeof said === "string" ? { tone: "success", message: said } : said;
    response.headers.append("set-cookie", flashCookie(context, flash));
  }
  return response;
}

function withPolicy({ status, headers }: Pick<View, "status" | "headers">, nonce: string) {
  return {
    ...(status !== undefined && { status }),
    headers: { ...headers, "content-security-policy": contentSecurityPolicy(nonce) },
  };
}

export type { OpenContext } from "./open-context.ts";
