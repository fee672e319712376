import type { KeptForm } from "../ui/send-again.tsx";
import type { OpenContext } from "./open-context.ts";
import { isGenuineCsrfToken } from "./session.ts";

/**
 * What is worth keeping of a posted form: one into which much is typed says its name (`Form` with `guard`), and which of its fields
 * are secret (`SecretMark`). It has to be a form of ours, and bear the proof of somebody's session: nobody else has anything
 * shown here as if it were to be sent.
 */
export function keptForm(
  context: OpenContext,
  request: Request,
  form: URLSearchParams,
): KeptForm | undefined {
  const label = form.get("_form");
  const token = form.get("_csrf") ?? "";
  if (label === null || !isGenuineCsrfToken(context, token)) return undefined;
  const secrets = new Set(form.getAll("_secret"));
  const { pathname, search } = new URL(request.url);
  return {
    label,
    token,
    action: pathname + search,
    fields: [...form].filter(([name]) => !name.startsWith("_") && !secrets.has(name)),
    lacksSecrets: [...form].some(([name, value]) => secrets.has(name) && value !== ""),
  };
}

/** A kept form as the page to sign in carries it. It is four thirds as long as it was posted. */
export function sealKept({ seals }: OpenContext, { fields, ...kept }: KeptForm): string {
  return seals.seal(
    "kept",
    JSON.stringify({ ...kept, fields: new URLSearchParams(fields).toString() }),
  );
}

export function openKept({ seals }: OpenContext, sealed: string): KeptForm | undefined {
  const opened = seals.open("kept", sealed);
  if (opened === undefined) return undefined;
  const { fields, ...kept } = JSON.parse(opened.text) as Omit<KeptForm, "fields"> & {
    fields: string;
  };
  return { ...kept, fields: [...new URLSearchParams(fields)] };
}
