import type { GatewayAdapter } from "../../gateways/gateway.ts";

/** A message as a service understood it, whatever form it came in. */
export interface Taken {
  key: string;
  id: string;
  from: Party;
  /** Everybody whom the service would send it to. */
  to: Party[];
  replyTo: string | undefined;
  subject: string;
  text: string;
  html: string | null;
  /** By names in lower case. */
  headers: Record<string, string>;
}

export interface Party {
  name: string;
  email: string;
}

/** How a service answers a message. `broken` is a fault of its own in the middle of it, `gibberish` a page of HTML. */
export type Mood =
  | "accept"
  | "refuse"
  | "unauthorized"
  | "throttle"
  | "unavailable"
  | "broken"
  | "silence"
  | "gibberish";

export const MOODS: readonly Mood[] = [
  "refuse",
  "unauthorized",
  "throttle",
  "unavailable",
  "broken",
  "silence",
  "gibberish",
];

/** A service on a socket of its own, made from what its provider has published. */
export interface FakeService extends AsyncDisposable {
  settings: Record<string, string>;
  secrets: Record<string, string>;
  mood: Mood;
  taken: Taken[];
  /** What the adapter sent that the provider's documents do not allow. */
  faults: string[];
}

/** An adapter, the service that it is held against, and settings under which there is nobody. */
export interface Subject {
  adapter: GatewayAdapter;
  start(): Promise<FakeService>;
  /** The same settings, at an address where nobody listens. */
  nowhere: Record<string, string>;
}

type Read = Omit<Taken, "id"> | string;

/** What sets one HTTP service apart. `Response` members are made anew each time. */
export interface Dialect {
  adapter: GatewayAdapter;
  settings: Record<string, string>;
  secrets: Record<string, string>;
  /** The setting that says where the service is. */
  urlField?: string;
  /** Whether these are the credentials of `settings` and `secrets`. */
  knows(request: Request, body: string): boolean | Promise<boolean>;
  /** `POST /path` of sending, and the method and path of the check. */
  sends: string;
  checks?: string;
  /** The message, or what the documents have against it. */
  read(body: string, request: Request): Read | Promise<Read>;
  accepted(taken: Taken): Response;
  refused(): Response;
  unauthorized(): Response;
  throttled(): Response;
  checked?(): Response;
  /** Answers a question for a message, if it is one. */
  found?(url: URL, taken: readonly Taken[]): Response | undefined;
  /** What a repeated key gets, where the service knows one again. */
  repeats?: boolean;
}

export const RETRY_AFTER_S = 7;

export function httpSubject(dialect: Dialect): Subject {
  const urlField = dialect.urlField ?? "api_url";
  return {
    adapter: dialect.adapter,
    start: async () => startFake(dialect, urlField),
    nowhere: { ...dialect.settings, [urlField]: "http://127.0.0.1:1/email" },
  };
}

function startFake(dialect: Dialect, urlField: string): FakeService {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: (request) => answer(request),
  });

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const body = await request.text();
    if (!(await dialect.knows(request, body))) return dialect.unauthorized();
    const route = `${request.method} ${url.pathname}`;
    if (route === dialect.checks) return dialect.checked?.() ?? new Response(null, { status: 404 });
    if (route !== dialect.sends) {
      const found = dialect.found?.(url, fake.taken);
      if (found !== undefined) return found;
      fake.faults.push(`there is nothing at ${route}`);
      return new Response(null, { status: 404 });
    }
    return take(await dialect.read(body, request));
  }

  function take(read: Read): Response | Promise<Response> {
    if (typeof read === "string") {
      fake.faults.push(read);
      return dialect.refused();
    }
    switch (fake.mood) {
      case "refuse":
        return dialect.refused();
      case "unauthorized":
        return dialect.unauthorized();
      case "throttle":
        return dialect.throttled();
      case "unavailable":
        return new Response("<html>busy</html>", { status: 503 });
      case "broken":
        return new Response("<html>broken</html>", { status: 502 });
      case "gibberish":
        keep(read);
        return new Response("<html>Welcome</html>", { status: 200 });
      case "silence":
        keep(read);
        return new Promise<Response>(() => {});
      case "accept":
        return dialect.accepted(keep(read));
    }
  }

  function keep(read: Omit<Taken, "id">): Taken {
    const known = dialect.repeats === true && fake.taken.find(({ key }) => key === read.key);
    if (known) return known;
    const taken = { ...read, id: `id-${fake.taken.length + 1}` };
    fake.taken.push(taken);
    return taken;
  }

  const address = dialect.sends.slice("POST ".length);
  const fake: FakeService = {
    settings: {
      ...dialect.settings,
      [urlField]: urlField === "url" ? new URL(address, server.url).href : server.url.href,
    },
    secrets: dialect.secrets,
    mood: "accept",
    taken: [],
    faults: [],
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return fake;
}

/** A status with a body of JSON, and how long to wait. */
export function throttledBy(body: object): Response {
  return Response.json(body, { status: 429, headers: { "retry-after": String(RETRY_AFTER_S) } });
}

/** Headers of name and value pairs, as of a service that writes them into the message as they come. */
export function headersOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const lines = pairs.flatMap(([name, value]) => `${name}: ${value}`.split(/\r\n|\r|\n/));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = line, value = ""] = /^([^:]*): ?(.*)$/su.exec(line) ?? [];
      return [name.toLowerCase(), value];
    }),
  );
}

/** What of these names is missing, or there and not documented. */
export function strangeNames(
  body: object,
  allowed: readonly string[],
  needed: readonly string[],
): string | undefined {
  const names = Object.keys(body);
  const strange = names.find((name) => !allowed.includes(name));
  if (strange !== undefined) return `there is no ${strange}`;
  const missing = needed.find((name) => !names.includes(name));
  return missing === undefined ? undefined : `${missing} is missing`;
}
