import { oneLine } from "@mailwright/template";

/** As much of a service's own words as a person wants to read. */
const LENGTH = 300;
const SECRET_LENGTH = 4;

/**
 * Makes a service's own words fit to be shown: one line, not too long, without addresses and without anything that is
 * secret, in whatever form it may be repeated.
 */
export function answerText(secrets: readonly string[]): (words: string) => string {
  // A secret of a few characters would blot out half of every text, and protects nothing.
  const forms = secrets.flatMap((secret) =>
    secret.length < SECRET_LENGTH ? [] : [secret, base64(secret), encodeURIComponent(secret)],
  );
  return (words) => {
    let text = words.toWellFormed().slice(0, 10 * LENGTH);
    for (const form of forms) text = text.replaceAll(form, "[secret]");
    text = oneLine(text.replace(/[^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+/g, "[address]"));
    return text.length <= LENGTH ? text : `${text.slice(0, LENGTH).toWellFormed()}…`;
  };
}

function base64(text: string): string {
  // Without the padding, so that it is found at the beginning of a longer one as well.
  return Buffer.from(text, "utf8").toString("base64").replace(/=+$/, "");
}
