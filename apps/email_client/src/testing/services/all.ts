import { brevo } from "./brevo.ts";
import { httpSubject, type Subject } from "./fake-service.ts";
import { mailgun } from "./mailgun.ts";
import { mailjet } from "./mailjet.ts";
import { postmark } from "./postmark.ts";
import { resend } from "./resend.ts";
import { seed } from "./seed.ts";
import { sendgrid } from "./sendgrid.ts";
import { ses } from "./ses.ts";
import { smtp } from "./smtp.ts";

/** Every adapter with the service that it is held against. */
export const SUBJECTS: readonly Subject[] = [
  smtp,
  ...[ses, sendgrid, mailgun, postmark, mailjet, resend, brevo, seed].map(httpSubject),
];
