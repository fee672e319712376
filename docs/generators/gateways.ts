import type { GatewayAdapter } from "../../apps/email_client/src/gateways/gateway.ts";
import type { HeaderLimit } from "../../apps/email_client/src/gateways/header-limits.ts";
import { ADAPTERS } from "../../apps/email_client/src/gateways/kinds.ts";
import { EMAIL_HEADERS, type EmailHeader } from "../../packages/protocol/src/index.ts";
import { SLOWDOWN } from "../../apps/email_client/src/gateways/slowdown.ts";
import { code, GENERATED, page, table } from "./markdown.ts";
import { WEBHOOK_GUIDES } from "./webhook-guides.ts";

/** What an adapter does not say of itself. */
interface Known {
  /** How one email is found again or known again at the service. */
  by?: string;
  /** When it is looked for, where that is another time. */
  looked?: string;
  /** On what the guarantee depends besides. */
  but?: string;
  /** What its webhooks are known by. */
  proof?: string;
  /** What it was written from. */
  documents: string;
  /** What it was tried against, plainly. */
  tested: string;
}

const ONLY_A_FAKE =
  "Only a fake written from the provider's documents. Nobody has sent through the provider itself.";

const KNOWN: Record<string, Known> = {
  smtp: {
    documents: "RFC 5321, 6409, 3207, 8314, 4954, 3463 and 6376",
    tested:
      "Postfix 3.7 and Exim 4.96 of Debian, which hand on what they took; smtp-server from npm, over STARTTLS and TLS; a scripted server for every reply and every moment at which a connection can be lost; the bounce mailbox against Dovecot 2.3 of Debian. What arrives is parsed by mailparser, and its DKIM signature is verified by mailauth.",
  },
  ses: {
    proof:
      "Amazon's signature (SNS, version 1 or 2), by a certificate from Amazon's own hosts alone, and the topic",
    documents: "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
    tested: `${ONLY_A_FAKE} Signatures are made anew there.`,
  },
  sendgrid: {
    proof: "ECDSA over time and body; a day at most",
    by: "its custom argument, in the Email Activity Feed (an add-on of the account, not in the EU; the key has to be allowed it)",
    looked:
      "once, after three seconds, as it may be asked six times a minute; asked more often or without the add-on: uncertain",
    documents:
      "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send, https://www.twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-email-activity-api",
    tested: ONLY_A_FAKE,
  },
  mailgun: {
    proof:
      "HMAC-SHA256 over time and token, of this account or the primary one; a token is good for one body; ten hours at most",
    by: "its `Message-ID`, in the domain's events",
    documents:
      "https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages, .../events",
    tested: ONLY_A_FAKE,
  },
  postmark: {
    proof: "a secret of yours, by Basic authentication",
    by: "the metadata `mailwright`, among outbound messages",
    documents:
      "https://postmarkapp.com/developer/api/email-api, https://postmarkapp.com/developer/api/messages-api, .../message-streams-api",
    tested: ONLY_A_FAKE,
  },
  mailjet: {
    proof: "a secret of yours, by Basic authentication",
    by: "its `CustomID`, among messages",
    documents:
      "https://dev.mailjet.com/email/guides/send-api-v31/, https://dev.mailjet.com/email/reference/messages/",
    tested: ONLY_A_FAKE,
  },
  resend: {
    proof: "Svix: HMAC-SHA256 over id, time and body; five minutes at most",
    by: "the header `Idempotency-Key`",
    documents:
      "https://resend.com/docs/api-reference/emails/send-email, https://resend.com/docs/dashboard/emails/idempotency-keys",
    tested: ONLY_A_FAKE,
  },
  brevo: {
    proof: "a secret of yours, as a Bearer token or by Basic authentication",
    by: "`idempotencyKey` among the headers",
    documents:
      "https://developers.brevo.com/reference/sendtransacemail, https://developers.brevo.com/docs/heterogenous-versions-batch-emails",
    tested: ONLY_A_FAKE,
  },
  seed: {
    but: "Never twice holds only while nothing between, such as a proxy, answers 500 or more for what was taken: by the contract of this gateway all of those, 502 and 504 too, mean that it was not.",
    proof: "Standard Webhooks: HMAC-SHA256 over id, time and body; five minutes at most",
    documents: "`POST` with Basic authentication, 202 and a `message_id`",
    tested: "gateway_mock, and bare sockets for what no HTTP server would answer.",
  },
};

/** What each kind of gateway guarantees. A kind that nothing is known of here is a fault. */
export function gatewaysPage(): string {
  return page(
    "# Gateways",
    GENERATED,
    "Each kind is one file in `apps/email_client/src/gateways`, with the settings that draw its form in Settings and are listed at `GET /api/v1/gateways/kinds`. One suite, `contract.test.ts`, holds all of them to the same rules.",
    "## What is guaranteed after a crash",
    "An attempt stands in the journal before its socket is touched. When the process dies, or an answer does not come, the email is in `resolving` until it is known what became of it. Under a campaign's policy `hold`, which is the usual one, nothing in this table is ever sent twice, as far as the services keep to their documents; the last column says what the policy `resend` risks.",
    table(
      ["Gateway", "An attempt without an answer", "`resend` may send twice"],
      ADAPTERS.map((adapter) => [adapter.title, afterACrash(adapter), twice(adapter)]),
    ),
    "Known for certain not to have been taken, and so tried again without any risk: what fails before the request has left (no connection, no such host, a certificate that does not hold), the answers 408, 429 and 503, a redirect, which is not followed, and with SMTP everything before the last byte of the message, and any reply of 4xx or 5xx. Other faults of an HTTP service's own (500, 502, 504) leave it open, but for the HTTP gateway, which documents that they are no acceptance.",
    "No gateway uses a batch endpoint: one lost answer would put hundreds of emails in doubt.",
    "## How fast",
    "A gateway has a rate (`rate_per_second`), a rate for each recipient domain (`domain_rate_per_second`) and rates of single domains (`domain_rates`), all of them emails a second and none of them needed. A domain is what stands behind the @, and a subdomain is another one. They are kept in Redis, by its clock, for all workers and campaigns together: in no window of time do more attempts begin than the rate allows in it, a tenth of a second's at once, and one. A change holds at once, also for what is being sent. An email whose domain is out of turn lets the next one of its batch go first.",
    "An attempt by SMTP begins when there is a connection for it. Until then the email stands as it stood: nothing is written of it, its time does not run, and a campaign that is paused or cancelled, or a recipient who leaves, holds it back. So a server that is slow makes a campaign slow and nothing else, and a crash leaves as many emails in doubt as there were connections, and those whose end was just being written. Each email client opens as many connections as the gateway says. Campaigns through one server have the same number of them each, and all campaigns together share the `SEND_CONCURRENCY` attempts that one email client makes at once in the same way: what comes free goes to the campaign that has the fewest.",
    `A gateway that throttles is slowed down. Each worker takes samples of what its attempts come to: every second it adds those of the second, and a sample ends with the second that brings it to ${SLOWDOWN.sample} attempts or more. As soon as ${SLOWDOWN.throttled} of them or more were throttled, and those are ${SLOWDOWN.share * 100}% of the sample or more, it ends too and the rate is halved, at most once in ${SLOWDOWN.holdMs / 1_000} seconds and down to 1/${1 / SLOWDOWN.least} of it; it comes back evenly within ${SLOWDOWN.recoveryMs / 60_000} minutes. Of a gateway without a rate, half of what that worker's sample took a second is left, of ${SLOWDOWN.leastRate} at least. A 429, and with SMTP a 421 or a 4.x.x that asks for patience, is about the whole gateway; a 4.7.x to RCPT TO or to the message is about the recipient's domain, and slows down that alone. What is slowed down, and what the attempts of the last hour came to, stands on the gateway's page and at \`GET /api/v1/gateways/:id/traffic\`.`,
    "## Several gateways",
    "One gateway is the default, and a campaign may name another. Where it names a route, of the kind `route`, each attempt goes through one of the route's gateways. A route has a name, may be the default, and stands among the gateways in Settings and in the API; its settings are a weight from 0 to 1,000 for each gateway that there is, `gateway_` and the gateway's id without hyphens.",
    "Each attempt draws by weight among those gateways whose breaker lets it through, whose rates allow it now and, with SMTP, that have a connection free, so while one is down, slowed down, out of turn or busy with all its connections, the others take its share; one of weight 0 is used only when no other can be. What a gateway is known not to have taken (throttled, out of order, not reached, our credentials refused) goes through whichever is drawn when the email is tried again. How long a gateway asks to be left alone (`Retry-After`) keeps nobody from the others: it is out of the draw meanwhile, for a minute at the most, and the email is tried again after the ordinary wait. What it may have taken goes through no other: the gateway that made the attempt stands in the journal before its socket is touched, it alone is asked after a crash or a lost answer, and what it cannot tell is uncertain, even where the campaign says `resend`. A refusal for good ends an email as ever. Every attempt in the history names the gateway that it went through. A gateway is not removed while a route goes through it.",
    "## Which headers arrive",
    "An email of a campaign, and a test, carries these headers, besides the usual ones and `X-Mailwright-Email`. Each adapter declares what its provider does not pass on as it is, and `contract.test.ts` holds the declarations against the fakes.",
    table(
      ["Header", ...ADAPTERS.map(({ title }) => title)],
      EMAIL_HEADERS.map((name) => [
        code(name),
        ...ADAPTERS.map((adapter) => arrival(adapter, name)),
      ]),
    ),
    table(["Gateway", "Header", "What the email carries instead"], ADAPTERS.flatMap(insteads)),
    "## What comes back",
    "Providers tell what became of an email at `WEB_URL/webhooks/<gateway's id>`, which the gateway's page shows to be copied. It is verified over the bytes as they came before anything of it is read, and taken once however often it is told; [decision 21](decisions/0021-what-comes-back.md) has the rest. Without its secret nothing is believed. The shapes are written from the providers' documents and held to one suite, `webhook-contract.test.ts`: forged, old, repeated, unordered and mangled ones too. No provider itself has called yet.",
    table(
      ["Gateway", "Known by", "To be done there"],
      ADAPTERS.map(({ kind, title, webhook }) => [
        title,
        known(kind).proof ?? "",
        webhook ?? "It tells nothing.",
      ]),
    ),
    "Whether they come, when the last one came, and how many were refused and why stands on the gateway's page under “What comes back”, and at `GET /api/v1/gateways/:id/feedback`. The services above (all but the SMTP server) own the return path of what they send, so bounces go to them and never to a mailbox of yours: without webhooks nobody here learns of a bounce, a complaint or who left by a link of the service's own, and addresses that are gone are mailed again. Only an SMTP server needs a [bounce mailbox](bounces.md). What each of these suppresses, [Addresses that are never mailed](suppressions.md) says.",
    "What Mailwright answers, and what it means to the service:",
    table(
      ["Answer", "Means", "Should it tell it again?"],
      [
        ["200", "believed, read and committed", "no; no harm is done if it does"],
        [
          "401",
          "not believed: no secret is set here, or the proof is missing, of another secret or too old",
          "yes, once the secret is mended",
        ],
        ["404", "there is no such gateway, or its kind tells nothing", "no"],
        ["413, 422", "larger than 1 MB; not readable", "no"],
        [
          "503, Retry-After",
          "a part of Mailwright is away, or too much came at once: nothing was kept",
          "yes",
        ],
      ],
    ),
    "### Setting them up",
    "The address has to be reached from outside by https, so `WEB_URL` has to be the public address of web, and a proxy in front of it has to let `POST /webhooks/…` through with its body and headers unchanged. Save the gateway with its secret first, and only then add the webhook there: what comes before is refused. Afterwards send yourself a test, and look at the message as it was received: its links should lead where you wrote them, and `List-Unsubscribe` to your `WEB_URL`. The names of buttons are the services' own, and change.",
    ...ADAPTERS.flatMap(({ kind, title }) => guide(kind, title)),
    "## What each was tried against",
    table(
      ["Gateway", "Written from", "Tried against"],
      ADAPTERS.map(({ kind, title }) => [title, known(kind).documents, known(kind).tested]),
    ),
    "## Where they may be",
    "With `PRIVATE_GATEWAYS=refuse`, which is the default outside of `bun start`, gateways and bounce mailboxes are connected to at public addresses alone, whatever their names. What is on this machine, in a private network, link-local or reserved is refused at its field when it is named, and before each connection: nothing was sent then, and the attempt is `unavailable`. A mail server of your own network needs `PRIVATE_GATEWAYS=allow`. [Decision 33](decisions/0033-where-gateways-may-be.md) says what this does not keep out.",
    "## Secrets",
    "A secret is written and never read back. Whoever edits a gateway could have its secret sent to a server of their own, so a change of the server is refused at the field of a stored secret that this server would see, until the secret is entered again. A server is the origin of a URL (scheme, host and port) or the name of a host; another path is the same server.",
    table(
      ["Gateway", "Secret", "Seen by the server of"],
      ADAPTERS.flatMap((adapter) =>
        adapter.fields
          .filter(({ secret }) => secret)
          .map(({ name, label }) => [adapter.title, label, seenBy(adapter, name)]),
      ),
    ),
    "## Settings",
    ...ADAPTERS.flatMap((adapter) => [
      `### ${adapter.title}`,
      adapter.description,
      settings(adapter),
    ]),
  );
}

const ARRIVALS: Record<HeaderLimit["kind"], string> = {
  withheld: "no",
  changed: "changed",
  doubtful: "not for certain",
};

function arrival({ headerLimits }: GatewayAdapter, name: EmailHeader): string {
  const limit = headerLimits[name];
  return limit === undefined ? "yes" : ARRIVALS[limit.kind];
}

/** A row for each thing that stands instead, with all the headers that it is said of. */
function insteads({ title, headerLimits }: GatewayAdapter): string[][] {
  const told = Map.groupBy(
    EMAIL_HEADERS.filter((name) => headerLimits[name] !== undefined),
    (name) => headerLimits[name]?.instead ?? "",
  );
  return [...told].map(([instead, names]) => [title, names.map(code).join(", "), instead]);
}

function guide(kind: string, title: string): string[] {
  const found = WEBHOOK_GUIDES[kind];
  if (found === undefined) return [];
  const { steps, refused, adds } = found;
  return [
    `#### ${title}`,
    steps.map((step, index) => `${index + 1}. ${step}`).join("\n"),
    `**What is not answered with 200:** ${refused}`,
    adds === undefined ? "" : `**What it adds to messages:** ${adds}`,
  ];
}

function afterACrash({ kind, title, capabilities: { idempotency, lookup } }: GatewayAdapter) {
  const { by, but, looked = "three times in five seconds" } = known(kind);
  if (lookup) {
    return `Looked for by ${by}, ${looked}. Found: sent. Not found: uncertain, for ${title} may still show it later.`;
  }
  if (idempotency !== "none") {
    return `Made again under the same key (${by}) until ${spoken(idempotency.windowS)} after the first attempt, but not while the campaign is paused or cancelled, for somebody who is suppressed by now, after a change of the gateway, or where the journal had lost the attempt. An acceptance: sent, once. None after three times, or not made again: uncertain.`;
  }
  return but === undefined ? "Uncertain at once." : `Uncertain at once. ${but}`;
}

function twice({ capabilities: { idempotency, lookup } }: GatewayAdapter): string {
  if (idempotency !== "none")
    return `Only later than ${spoken(idempotency.windowS)} after it, or where the gateway was changed to another account since.`;
  return lookup ? "Yes, what was not found." : "Yes.";
}

function spoken(seconds: number): string {
  return seconds >= 2 * 3_600 ? `${seconds / 3_600} hours` : `${seconds / 60} minutes`;
}

function seenBy({ servers }: GatewayAdapter, secret: string): string {
  const server = servers({}).find(({ secrets }) => secrets.includes(secret));
  return server === undefined ? "nobody: it only signs or verifies" : code(server.field);
}

function settings({ fields }: GatewayAdapter): string {
  return table(
    ["Setting", "In the API", "Needed", "What it is"],
    fields.map(({ name, label, required, secret, hint = "", options }) => [
      label,
      code(name),
      required ? "yes" : "",
      [
        secret ? "Secret." : "",
        hint,
        options === undefined
          ? ""
          : `${options.map((one) => `${code(one.value)}: ${one.label}`).join("; ")}.`,
      ]
        .filter((part) => part !== "")
        .join(" "),
    ]),
  );
}

function known(kind: string): Known {
  const found = KNOWN[kind];
  if (found === undefined) throw new Error(`docs/generators/gateways.ts says nothing of ${kind}`);
  return found;
}
