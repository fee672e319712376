import type { Context } from "../context.ts";
import { can, type Permission, type SignedIn } from "./access.ts";
import { hasBody, mediaType, readBody } from "./body.ts";
import { DetourError, ForbiddenError, RequestError, UnauthenticatedError } from "./faults.ts";
import type { OpenContext } from "./open-context.ts";
import { isSafe, isSameOrigin } from "./same-origin.ts";
import { isCsrfToken, signedIn, stillSignedIn } from "./session.ts";
import { storable } from "../db/storable.ts";
import { isMultipart, openUpload, type Upload } from "./upload.ts";

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

/**
 * Lets a request through to a page, or throws what stands against it, before anything of its body is taken that it has
 * no right to send, and once more when the body is there: by then who sends it may be removed, or may do less. Of a file
 * only the beginning is waited for. A request that changes something must come from one of our own pages (same-origin.ts)
 * and carry the token of its session: in the header that htmx sends, or else in the form's field.
 */
export async function guardPage(
  context: Context,
  request: Request,
  permission: PagePermission,
): Promise<Visit> {
  const visitor = admit(await signedIn(context, request), request, permission);
  if (isSafe(request.method))
    return { person: visitor, form: new URLSearchParams(), upload: undefined };
  refuseOtherSites(context, request);
  const upload = isMultipart(request) ? await openUpload(request) : undefined;
  const form = upload ? new URLSearchParams() : await readForm(request, FORM_LIMIT);
  const person = hasBody(request)
    ? admit(await stillSignedIn(context, request), request, permission)
    : visitor;
  const token = request.headers.get("x-csrf-token") ?? upload?.csrf ?? form.get("_csrf") ?? "";
  if (!isCsrfToken(context, person, token)) {
    throw new ForbiddenError(
      "The form is out of date, because you signed in again since it was opened. Go back, reload the page and try again.",
    );
  }
  return { person, form, upload };
}

/**
 * The same for a page that is open to anybody: sign-in and first set-up. There is no session yet whose token a form
 * could carry. That the request comes from our own page is proof enough: a browser says where each POST comes from, and
 * no other site can make it lie.
 */
export async function guardOpenPage(
  context: OpenContext,
  request: Request,
): Promise<URLSearchParams> {
  if (isSafe(request.method)) return new URLSearchParams();
  refuseOtherSites(context, request);
  return readForm(request, STRANGER_FORM_LIMIT);
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

function admit(
  person: SignedIn | undefined,
  request: Request,
  permission: PagePermission,
): SignedIn {
  if (person === undefined) throw new UnauthenticatedError("Sign in first.");
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

async function readForm(request: Request, limit: number): Promise<URLSearchParams> {
  if (!hasBody(request)) return new URLSearchParams();
  if (mediaType(request) !== "application/x-www-form-urlencoded")
    throw new RequestError(415, "A form is expected here.");
  const text = new TextDecoder().decode(await readBody(request, limit));
  const form = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text))
    form.append(storable(name), storable(value));
  return form;
}
