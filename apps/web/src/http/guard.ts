import type { Context } from "../context.ts";
import { can, type Permission, type SignedIn } from "./access.ts";
import { hasBody, mediaType, readBody } from "./body.ts";
import { DetourError, ForbiddenError, RequestError, UnauthenticatedError } from "./faults.ts";
import { isHtmx } from "./htmx.ts";
import { keptForm } from "./kept-form.ts";
import type { OpenContext } from "./open-context.ts";
import { isSafe, isSameOrigin } from "./same-origin.ts";
import { isCsrfToken, isGenuineCsrfToken, signedIn, stillSignedIn } from "./session.ts";
import { storable } from "../db/storable.ts";
import type { KeptForm } from "../ui/send-again.tsx";
import { isMultipart, openUpload, peek, type Upload } from "./upload.ts";

/** A page's route may ask for a permission, or only for somebody to be signed in. */
export type PagePermission = Permission | "signed-in";

/** A request that was let in. */
export interface Visit {
  person: SignedIn;
  /** The fields of a form; empty where none was posted. */
  form: URLSearchParams;
  /** The body, when the form has a file in it. */
  upload: Upload | undefined;
}

/** What a form may hold: a template of a million characters, in a script whose characters are three octets, each escaped to three. */
const FORM_LIMIT = 9 * 1_048_576;
/** The same from somebody who is not signed in. */
const STRANGER_FORM_LIMIT = 64 * 1_024;
const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Lets a request through to a page, or throws what stands against it, before anything of its body is taken that it has
 * no right to send, and once more when the body is there: by then who sends it may be removed, or may do less. Of a file
 * only the beginning is waited for. A request that changes something must come from one of our own pages (same-origin.ts)
 * and carry the token of its sender: in the header that htmx sends, or else in the form's field.
 */
export async function guardPage(
  context: Context,
  request: Request,
  permission: PagePermission,
): Promise<Visit> {
  const known = await signedIn(context, request);
  if (known === undefined) throw await signedOut(context, request);
  const visitor = admit(known, request, permission);
  if (isSafe(request.method))
    return { person: visitor, form: new URLSearchParams(), upload: undefined };
  refuseOtherSites(context, request);
  const upload = isMultipart(request) ? await openUpload(request) : undefined;
  const form = upload ? new URLSearchParams() : await readForm(request, FORM_LIMIT);
  const still = hasBody(request) ? await stillSignedIn(context, request) : visitor;
  if (still === undefined)
    throw new UnauthenticatedError("Sign in first.", keptForm(context, request, form));
  const person = admit(still, request, permission);
  const token = request.headers.get("x-csrf-token") ?? upload?.csrf ?? form.get("_csrf") ?? "";
  if (!isCsrfToken(context, person, token)) throw anothersForm(keptForm(context, request, form));
  return { person, form, upload };
}

function anothersForm(kept: KeptForm | undefined): ForbiddenError {
  const why = "The form was opened while somebody else was signed in, so nothing was done.";
  return kept === undefined
    ? new ForbiddenError(`${why} Go back, reload the page and try again.`)
    : new ForbiddenError(why, kept);
}

/**
 * What stands against a request that nobody is signed in for. A form of ours is read all the same, so that what was typed is not
 * lost: as much as the page to sign in can carry on (`sealKept`).
 */
async function signedOut(context: Context, request: Request): Promise<UnauthenticatedError> {
  const isForm =
    !isSafe(request.method) &&
    !isHtmx(request) &&
    hasBody(request) &&
    mediaType(request) === FORM_TYPE &&
    isSameOrigin(request, context.config.webUrl);
  if (!isForm) return new UnauthenticatedError("Sign in first.");
  try {
    const form = await readOpenForm(context, request, 2);
    return new UnauthenticatedError("Sign in first.", keptForm(context, request, form));
  } catch (error) {
    if (!(error instanceof RequestError && error.status === 413)) throw error;
    return new UnauthenticatedError("Sign in first.", "too long");
  }
}

/**
 * The same for a page that is open to anybody: sign-in and first set-up. There is nobody yet whose token a form
 * could carry. That the request comes from our own page is proof enough: a browser says where each POST comes from, and
 * no other site can make it lie.
 */
export async function guardOpenPage(
  context: OpenContext,
  request: Request,
): Promise<URLSearchParams> {
  if (isSafe(request.method)) return new URLSearchParams();
  refuseOtherSites(context, request);
  return readOpenForm(context, request, 1);
}

/**
 * Reads a form of somebody who is not signed in: the part of what is taken of them that `part` divides it into. Whose form begins
 * with a token of ours was signed in when it was opened, and may send as much as then.
 */
async function readOpenForm(
  context: OpenContext,
  request: Request,
  part: number,
): Promise<URLSearchParams> {
  const { head, body } = await peek(request);
  const token = new URLSearchParams(/^_csrf=[^&]*/.exec(head)?.[0]).get("_csrf") ?? "";
  const limit = isGenuineCsrfToken(context, token) ? FORM_LIMIT : STRANGER_FORM_LIMIT;
  return readForm(request, limit / part, body);
}

/**
 * The same for a page whose address is the permission, because nobody can guess it. It needs no proof of where the request
 * comes from: nobody is signed in, so another site can do no more than whoever holds the address, and a mailbox that
 * unsubscribes with one click (RFC 8058) has nothing but the address. It may post a form of either kind.
 */
export async function guardLinkPage(request: Request): Promise<URLSearchParams> {
  if (isSafe(request.method) || !hasBody(request)) return new URLSearchParams();
  if (!isMultipart(request)) return readForm(request, STRANGER_FORM_LIMIT);
  const bytes = await readBody(request, STRANGER_FORM_LIMIT);
  const type = request.headers.get("content-type") ?? "";
  try {
    const fields = await new Response(bytes, { headers: { "content-type": type } }).formData();
    const form = new URLSearchParams();
    for (const [name, value] of fields)
      if (typeof value === "string") form.append(storable(name), storable(value));
    return form;
  } catch {
    throw new RequestError(400, "The form cannot be read.");
  }
}

function admit(person: SignedIn, request: Request, permission: PagePermission): SignedIn {
  refuseDetour(person, request);
  if (permission !== "signed-in" && !can(person.user, permission)) throw new ForbiddenError();
  return person;
}

function refuseOtherSites({ config }: OpenContext, request: Request): void {
  if (isSameOrigin(request, config.webUrl)) return;
  throw new ForbiddenError("This did not come from a page of ours, so nothing was done.");
}

/** Somebody with a temporary password sees nothing but the page to change it, and the way out. */
function refuseDetour({ detour }: SignedIn, request: Request): void {
  const { pathname } = new URL(request.url);
  if (detour !== undefined && pathname !== detour && pathname !== "/sign-out")
    throw new DetourError(detour);
}

async function readForm(
  request: Request,
  limit: number,
  body = request.body,
): Promise<URLSearchParams> {
  if (!hasBody(request)) return new URLSearchParams();
  if (mediaType(request) !== FORM_TYPE) throw new RequestError(415, "A form is expected here.");
  const text = new TextDecoder().decode(await readBody({ headers: request.headers, body }, limit));
  const form = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text))
    form.append(storable(name), storable(value));
  return form;
}
