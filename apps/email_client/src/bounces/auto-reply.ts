import type { Email } from "postal-mime";
import { headerOf } from "./headers.ts";

/** Subjects of responders that set no header; they end or begin with more, and stand after a "Re:" now and then. */
const SUBJECT =
  /^(?:(?:re|aw|sv):\s*)?(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autosvar|abwesenheit|automatische antwort|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica)\b/i;

/** Whether a program answered for a person (RFC 3834 section 5, and what responders did before it). */
export function isAutoReply(mail: Email): boolean {
  const submitted = headerOf(mail, "auto-submitted").toLowerCase();
  if (submitted !== "" && !/^no\b/.test(submitted)) return true;
  if (/^(?:auto_reply|auto-reply|bulk|junk)\b/i.test(headerOf(mail, "precedence"))) return true;
  if (["x-autoreply", "x-autorespond", "x-autoresponder"].some((name) => isSet(mail, name)))
    return true;
  return SUBJECT.test(mail.subject?.slice(0, 200).trim() ?? "");
}

function isSet(mail: Email, name: string): boolean {
  const value = headerOf(mail, name).toLowerCase();
  return value !== "" && value !== "no" && value !== "false";
}
