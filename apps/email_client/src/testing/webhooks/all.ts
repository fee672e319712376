import { brevo } from "./brevo.ts";
import { mailgun } from "./mailgun.ts";
import { mailjet } from "./mailjet.ts";
import { postmark } from "./postmark.ts";
import type { Provider } from "./provider.ts";
import { resend } from "./resend.ts";
import { seed } from "./seed.ts";
import { sendgrid } from "./sendgrid.ts";
import { ses } from "./ses.ts";

/** Every provider that tells what became of emails. */
export const PROVIDERS: readonly Provider[] = [
  ses,
  sendgrid,
  mailgun,
  postmark,
  mailjet,
  resend,
  brevo,
  seed,
];
