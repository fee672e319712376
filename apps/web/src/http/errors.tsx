import type { TSchema } from "@sinclair/typebox";
import { ParseError, ValidationError } from "elysia";
import type { Html } from "@mailwright/html";
import { problem, problemResponse } from "@mailwright/platform";
import type { Context } from "../context.ts";
import { isAway, isFull } from "../db/away.ts";
import { codeOf } from "../db/sqlstate.ts";
import { AuthLayout } from "../ui/auth-layout.tsx";
import { Buttons, LinkButton } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Layout } from "../ui/layout.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { type KeptForm, SendAgain } from "../ui/send-again.tsx";
import type { Shell } from "../ui/shell.ts";
import { themeOf } from "../ui/theme.ts";
import { Toast } from "../ui/toast.tsx";
import { hasBody, mediaType } from "./body.ts";
import { loggedPath, requestId } from "./envelope.ts";
import {
  DetourError,
  type Fault,
  ForbiddenError,
  InvalidInputError,
  isFault,
  NotFoundError,
  OutcomeUnknownError,
  RequestError,
  UnauthenticatedError,
} from "./faults.ts";
import { contentSecurityPolicy, fragment, page } from "./html.ts";
import { asMessage, isHistoryRestore, isHtmx, redirect } from "./htmx.ts";
import { rememberUndone } from "./idempotency.ts";
import { faultsOf } from "./messages.ts";
import { signedIn } from "./session.ts";
import { newNonce, shellFor } from "./shell.ts";
import { signInFirst } from "./sign-in-first.tsx";
import { WayBack } from "./way-back.tsx";

/** Which methods a path answers to; empty where there is no such path. */
export type MethodsOf = (path: string) => string[];

/** What is said to the person, and how. */
interface Trouble {
  status: number;
  title: string;
  message: string;
  errors: Record<string, string>;
  headers: Record<string, string>;
  /** What was typed, to be sent by whoever is signed in if they want to. */
  kept?: KeptForm | undefined;
}

/**
 * The one place where what went wrong becomes an answer: a problem document for a program, a message for htmx, a page
 * for a person. What nobody foresaw is logged here, once, and told only by its request id.
 */
export function answerError(
  context: Context,
  methodsOf: MethodsOf,
  request: Request,
  error: unknown,
): Response | Promise<Response> {
  const fault = faultOf(request, error);
  if (isUndone(request, fault)) rememberUndone(request);
  if (isForPrograms(request)) return problemOf(troubleOf(context, methodsOf, request, fault));
  if (fault instanceof UnauthenticatedError) return signInFirst(context, request, fault);
  if (fault instanceof DetourError) return redirect(request, fault.to);
  const trouble = troubleOf(context, methodsOf, request, fault);
  return isHtmx(request) && !isHistoryRestore(request)
    ? messageOf(trouble)
    : pageOf(context, methodsOf, request, trouble);
}

/** Our own words for what Elysia throws; anything else stays as it is. */
function faultOf(request: Request, error: unknown): unknown {
  if (error instanceof ParseError) return faultOf(request, error.cause ?? error);
  if (!(error instanceof ValidationError)) return error;
  const errors = faultsOf(schemaOf(error), error.value);
  switch (error.type) {
    case "params":
      return new NotFoundError();
    case "query":
    // A number of the query that is out of bounds: Elysia tells of it when it makes it of the text.
    case "property":
      return new RequestError(400, sentence(errors));
    case "body":
      return hasBody(request) && mediaType(request) !== "application/json"
        ? new RequestError(415, "Send the body as application/json.")
        : new InvalidInputError("" in errors ? { body: "Send a JSON object." } : errors);
    default:
      return error;
  }
}

/**
 * Whether what failed is known to have done nothing, or nothing that a repetition would do twice. After a bug, or when the
 * database goes away or has no room left, a route may have written something before.
 */
function isUndone(request: Request, fault: unknown): boolean {
  if (isFault(fault)) return !(fault instanceof OutcomeUnknownError);
  // The body broke off on its way in, and what was taken in of it is forgotten.
  return request.signal.aborted && fault instanceof Error && fault.name === "AbortError";
}

function troubleOf(
  { log }: Context,
  methodsOf: MethodsOf,
  request: Request,
  fault: unknown,
): Trouble {
  if (isFault(fault)) return troubleOfFault(fault);
  if ((fault as { code?: unknown }).code === "NOT_FOUND") return wrongAddress(methodsOf, request);
  const id = requestId(request);
  if (request.signal.aborted) {
    log.info({ requestId: id }, "the caller went away before it was answered");
    return { ...NOTHING, status: 400, title: "The request broke off", message: "" };
  }
  if (isAway(fault)) {
    log.error({ requestId: id, code: codeOf(fault) }, "the database is away");
    return AWAY;
  }
  if (isFull(fault)) {
    log.error({ requestId: id, code: codeOf(fault) }, "the database has no room");
    return FULL;
  }
  log.error(
    { requestId: id, method: request.method, path: loggedPath(request), err: fault },
    "failed",
  );
  return {
    ...NOTHING,
    status: 500,
    title: "Something went wrong",
    message: `This is a fault of ours, and it is in our log. Try again; if it stays, tell whoever runs Mailwright this number: ${id}`,
  };
}

const NOTHING = { errors: {}, headers: {} };

const AWAY: Trouble = {
  errors: {},
  headers: { "retry-after": "5" },
  status: 503,
  title: "The database does not answer",
  message:
    "Wait a moment and try again; if you were saving something, look first whether it was kept. If it stays so, tell whoever runs Mailwright: `bun mailwright doctor` says what is wrong.",
};

const FULL: Trouble = {
  errors: {},
  headers: { "retry-after": "30" },
  status: 503,
  title: "The database has no room left",
  message:
    "Nothing can be saved until there is room again on the disk of Postgres; what is there can be read. Tell whoever runs Mailwright, and try again then.",
};

const TITLES: Record<Fault["name"], string> = {
  NotFoundError: "Not found",
  ConflictError: "Not possible as things are",
  ForbiddenError: "Not allowed",
  UnauthenticatedError: "Sign in first",
  DetourError: "Another page comes first",
  RequestError: "The request cannot be taken",
  OutcomeUnknownError: "Nobody knows what became of it",
  InvalidInputError: "The input does not fit",
};

function troubleOfFault(fault: Fault): Trouble {
  const errors = fault instanceof InvalidInputError ? fault.errors : {};
  return {
    status: fault.status,
    title: TITLES[fault.name],
    message: fault instanceof InvalidInputError ? sentence(errors) : fault.message,
    errors,
    kept: fault instanceof ForbiddenError ? fault.kept : undefined,
    headers:
      fault instanceof RequestError
        ? fault.headers
        : fault instanceof UnauthenticatedError
          ? { "www-authenticate": "Bearer" }
          : {},
  };
}

function wrongAddress(methodsOf: MethodsOf, request: Request): Trouble {
  const methods = methodsOf(new URL(request.url).pathname);
  if (methods.length === 0) return troubleOfFault(new NotFoundError("There is no such page."));
  return {
    ...NOTHING,
    status: 405,
    title: "Wrong method",
    message: `This address answers to ${methods.join(", ")}.`,
    headers: { allow: methods.join(", ") },
  };
}

function isForPrograms(request: Request): boolean {
  return /^\/(api|internal)(\/|$)/.test(new URL(request.url).pathname);
}

function problemOf({ status, title, message, errors, headers }: Trouble): Response {
  const list = Object.entries(errors).map(([field, message]) => ({ field, message }));
  const [first] = list;
  return problemResponse(
    problem(status, title, {
      ...(message !== "" && { detail: message }),
      ...(first !== undefined && { field: first.field, errors: list }),
    }),
    headers,
  );
}

function messageOf({ status, title, message, headers }: Trouble): Response {
  return fragment(<Toast tone="danger" message={message === "" ? title : message} />, {
    status,
    headers: { ...headers, ...asMessage("beforeend") },
  });
}

async function pageOf(
  context: Context,
  methodsOf: MethodsOf,
  request: Request,
  trouble: Trouble,
): Promise<Response> {
  // After a failure nothing is tried that may fail in the same way.
  if (trouble.status >= 500) return pageIn(undefined, request, trouble);
  try {
    const person = await signedIn(context, request);
    return pageIn(person && (await shellFor(context, request, person)), request, trouble);
  } catch (error) {
    return pageIn(undefined, request, troubleOf(context, methodsOf, request, error));
  }
}

/** The page within everything that stands around one, or without it where that is not to be had. */
function pageIn(shell: Shell | undefined, request: Request, trouble: Trouble): Response {
  const nonce = newNonce();
  const html = shell ? (
    <Layout shell={{ ...shell, nonce }} title={trouble.title} width="narrow">
      <PageHeader title={trouble.title} lead={trouble.message} />
      {trouble.kept && <KeptCard csrf={shell.csrf} who={shell.user.name} kept={trouble.kept} />}
      <Buttons>
        <WayBack path={new URL(request.url).pathname} status={trouble.status} />
        <LinkButton href="/">To the dashboard</LinkButton>
      </Buttons>
    </Layout>
  ) : (
    <AuthLayout
      title={trouble.title}
      lead={trouble.message}
      theme={themeOf(request)}
      nonce={nonce}
      csrf=""
      path="/"
    >
      <LinkButton href="/">To the first page</LinkButton>
    </AuthLayout>
  );
  return page(html, {
    status: trouble.status,
    headers: { ...trouble.headers, "content-security-policy": contentSecurityPolicy(nonce) },
  });
}

function sentence(errors: Record<string, string>): string {
  return Object.entries(errors)
    .map(([field, message]) => (field === "" ? message : `${field}: ${message}`))
    .join(" ");
}

/** What was typed while somebody else was signed in. */
function KeptCard(props: { csrf: string; who: string; kept: KeptForm }): Html {
  const { csrf, who, kept } = props;
  return (
    <Card title={`Send what was typed into “${kept.label}” as ${who}?`}>
      <SendAgain csrf={csrf} kept={kept} cancel="/" />
    </Card>
  );
}

function schemaOf({ validator }: ValidationError): TSchema {
  return "Schema" in validator && typeof validator.Schema === "function"
    ? validator.Schema()
    : (validator as TSchema);
}
