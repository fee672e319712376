import type { AnyElysia } from "elysia";
import { newId } from "@mailwright/platform";
import { buildApp } from "../app.ts";
import type { Context } from "../context.ts";
import { authSession, authUser } from "../db/schema/accounts.ts";
import { SESSION_IDLE_S } from "../features/accounts/sessions.ts";
import { createToken } from "../features/accounts/tokens.ts";
import type { Role, SignedIn } from "../http/access.ts";
import { csrfToken, sessionCookie } from "../http/session.ts";
import { findElements, type Found } from "./find-elements.ts";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The elements of a selector, with their text and attributes: `answer.find("#contacts td")`. */
  find(selector: string): Found[];
  /** The text of the first element of a selector; undefined where there is none. */
  textOf(selector: string): string | undefined;
  json<T = unknown>(): T;
}

type Fields = Readonly<Record<string, string | number | readonly string[]>>;
type Headers_ = Readonly<Record<string, string>>;

/** A browser without a window: it keeps cookies, and what it posts comes from our own page. */
export interface TestClient {
  get(path: string, headers?: Headers_): Promise<Answer>;
  /** Posts a form with the person's token. */
  post(path: string, fields?: Fields, headers?: Headers_): Promise<Answer>;
  /** Posts a form with a file, `_csrf` first. */
  postFile(
    path: string,
    file: { name: string; content: string | Blob },
    fields?: Fields,
  ): Promise<Answer>;
  /** A request as it is, with the cookies; nothing else is added. */
  send(path: string, init: RequestInit): Promise<Answer>;
  cookies: Map<string, string>;
}

const apps = new WeakMap<Context, AnyElysia>();

/** The app of a context; it is built once. */
export function appOf(context: Context): AnyElysia {
  const app = apps.get(context) ?? buildApp(context);
  apps.set(context, app);
  return app;
}

/** What htmx sends when it fetches a region. */
export const HTMX = { "HX-Request": "true", "HX-Request-Type": "partial" } as const;

/** A browser in which nobody is signed in. Once somebody is, it takes the token for what it posts from the pages it saw. */
export function visitor(context: Context): TestClient {
  return clientWith(context, "");
}

/** A browser in which somebody of a role is signed in. No password is involved, which saves a test its hashing. */
export async function signedInClient(
  context: Context,
  role: Role = "owner",
): Promise<TestClient & { person: SignedIn }> {
  const person = await signedInPerson(context, role);
  const client = clientWith(context, csrfToken(context, person));
  keepCookie(client.cookies, sessionCookie(context, person.session.token));
  return { ...client, person };
}

/** A program with a token of a role. A body is sent as JSON. */
export async function apiClient(context: Context, role: Role = "owner") {
  const { token } = await createToken(context.db, { name: "Test", role, createdBy: "test" });
  return {
    token,
    call(method: string, path: string, body?: unknown, headers: Headers_ = {}): Promise<Answer> {
      return ask(context, path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
  };
}

async function signedInPerson({ db, clock }: Context, role: Role): Promise<SignedIn> {
  const id = newId();
  const user = { id, name: `Test ${role}`, email: `${role}-${id}@example.com`, role };
  const session = { id: newId(), token: newId() };
  const now = clock.now();
  await db.insert(authUser).values(user);
  await db.insert(authSession).values({
    ...session,
    userId: id,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    expiresAt: new Date(now + SESSION_IDLE_S * 1_000),
  });
  return { user: { kind: "user", ...user }, session };
}

function clientWith(context: Context, token: string): TestClient {
  const cookies = new Map<string, string>();
  let csrf = token;
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (cookies.size > 0)
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const answer = await ask(context, path, { ...init, headers });
    for (const cookie of answer.headers.getSetCookie()) keepCookie(cookies, cookie);
    [, csrf = csrf] = /name="_csrf" value="([^"]+)"/.exec(answer.text) ?? [];
    return answer;
  }
  return {
    cookies,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields = {}, headers = {}) =>
      send(path, {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin", ...headers },
        body: new URLSearchParams([["_csrf", csrf], ...pairsOf(fields)]),
      }),
    postFile(path, file, fields = {}) {
      const body = new FormData();
      for (const [name, value] of [["_csrf", csrf], ...pairsOf(fields)] as const)
        body.append(name, value);
      body.append("file", new Blob([file.content]), file.name);
      return send(path, { method: "POST", headers: { "sec-fetch-site": "same-origin" }, body });
    },
  };
}

async function ask(context: Context, path: string, init: RequestInit): Promise<Answer> {
  const response = await appOf(context).handle(new Request(`http://localhost${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    find: (selector) => findElements(text, selector),
    textOf: (selector) => findElements(text, selector)[0]?.text,
    json: <T>() => JSON.parse(text) as T,
  };
}

function pairsOf(fields: Fields): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [String(value)]).map((each: string): [string, string] => [
      name,
      each,
    ]),
  );
}

function keepCookie(cookies: Map<string, string>, cookie: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/max-age=0(;|$)/i.test(cookie)) cookies.delete(name);
  else cookies.set(name, value);
}
