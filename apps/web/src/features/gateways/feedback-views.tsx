import type { Html } from "@mailwright/html";
import {
  type GatewayFeedback,
  type MailboxFault,
  type MailboxHealth,
  ROUTE,
  type WebhookHealth,
  type WebhookRefusal,
} from "@mailwright/protocol";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Card } from "../../ui/card.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { formatMoment, formatPlural } from "../../ui/format.ts";
import { Time } from "../../ui/time.tsx";
import type { Look } from "../../ui/tone.ts";
import { guideAddress } from "../guides/guides.ts";
import { type FeedbackStanding, isSetUp, proofOf, standingOf, weekOf } from "./feedback.ts";
import type { Gateway } from "./gateways.ts";
import type { Asked } from "./reach.ts";

/** Whether what becomes of a gateway's emails comes back, and what is to be done where it does not. */
export function FeedbackCard(props: {
  gateway: Gateway;
  /** Where its provider tells it. */
  url: string;
  feedback: Asked<GatewayFeedback>;
}): Html {
  const { gateway, url, feedback } = props;
  if (gateway.kind === ROUTE) {
    return (
      <Card title={TITLE}>
        <p class="small">To each of its gateways by itself: their pages say whether it does.</p>
      </Card>
    );
  }
  const { tone, icon, label } = LOOKS[standingOf(gateway, feedback)];
  return (
    <Card
      title={TITLE}
      lead={
        gateway.webhook === undefined
          ? "Bounces and complaints, by mail to a mailbox."
          : "Deliveries, bounces, complaints and unsubscribing that the service tells of."
      }
      actions={
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      }
    >
      <div class="stack" data-gap="sm">
        {feedback.kind === "answered" ? (
          <Told gateway={gateway} feedback={feedback.result} />
        ) : (
          <p class="muted small">{whyNotKnown(feedback)}</p>
        )}
        {gateway.webhook !== undefined && (
          <>
            <p class="small">
              {gateway.webhook} <a href={guideAddress("gateways", gateway.title)}>Step by step</a>
            </p>
            <p class="small">
              <Copyable text={url} label="Copy the address for webhooks" />
            </p>
          </>
        )}
      </div>
    </Card>
  );
}

const TITLE = "What comes back";

const LOOKS: Readonly<Record<FeedbackStanding, Look>> = {
  "not set up": { tone: "neutral", icon: "circle-dashed", label: "Not set up" },
  "not known": { tone: "neutral", icon: "circle-question-mark", label: "Not known" },
  waiting: { tone: "neutral", icon: "hourglass", label: "Nothing yet" },
  working: { tone: "success", icon: "circle-check", label: "Working" },
  refused: { tone: "warning", icon: "triangle-alert", label: "Refused" },
  failing: { tone: "danger", icon: "triangle-alert", label: "Not working" },
};

function whyNotKnown(feedback: Exclude<Asked<GatewayFeedback>, { kind: "answered" }>): string {
  return feedback.kind === "unreachable"
    ? `The email client did not tell: ${feedback.why}.`
    : "The email client cannot tell.";
}

function Told(props: { gateway: Gateway; feedback: GatewayFeedback }): Html {
  const { gateway, feedback } = props;
  const { mailbox, webhooks } = feedback;
  if (webhooks !== undefined)
    return <Webhooks gateway={gateway} feedback={feedback} webhooks={webhooks} />;
  if (mailbox !== undefined) return <Mailbox feedback={feedback} mailbox={mailbox} />;
  return (
    <p class="small">
      Nobody reads what comes back, so an address that bounces later goes on being mailed. Enter a
      bounce address and its mailbox under “Bounces”. <a href={guideAddress("bounces")}>How</a>
    </p>
  );
}

function Mailbox(props: { feedback: GatewayFeedback; mailbox: MailboxHealth }): Html {
  const { feedback, mailbox } = props;
  const { read, failing } = mailbox;
  const { facts } = weekOf(feedback);
  return (
    <>
      {failing !== undefined && (
        <Callout tone="danger" title={`Cannot be read since ${formatMoment(failing.since)}`}>
          {`${sentence(failing.detail)} ${MAILBOX_ADVICE[failing.fault]}`}
        </Callout>
      )}
      {read !== undefined && (
        <p class="small">
          {failing === undefined ? "Bounce mailbox read " : "It was read last "}
          <Time at={read.at} now={feedback.at} />
          {broughtBy(read)}
        </p>
      )}
      {read === undefined && failing === undefined && (
        <p class="small">The bounce mailbox is read within a minute.</p>
      )}
      <p class="muted small">
        {facts === 0
          ? "No bounce, complaint or delivery came in the last 7 days."
          : `${formatPlural(facts, "bounce, complaint or delivery", "bounces, complaints and deliveries")} came in the last 7 days.`}
      </p>
    </>
  );
}

function broughtBy({ told, others }: NonNullable<MailboxHealth["read"]>): string {
  const brought = [
    ...(told > 0
      ? [formatPlural(told, "message that tells of an email", "messages that tell of emails")]
      : []),
    ...(others > 0 ? [formatPlural(others, "other message")] : []),
  ];
  return brought.length === 0 ? "." : `, with ${brought.join(" and ")}.`;
}

const MAILBOX_ADVICE: Readonly<Record<MailboxFault, string>> = {
  sealed: "Enter its password again.",
  unreachable: "Check its host, port and encryption, and whether its server is up.",
  unauthorized:
    "Check its user name and password. Many providers want a password made for one app, and IMAP switched on.",
  folder: "Check the names of its folders, and that the user may move messages there.",
  slow: "Look at its server. A mailbox to which nobody else writes is read faster.",
  web: "The mailbox is in order, and what lies in it is told again in a minute.",
};

function Webhooks(props: {
  gateway: Gateway;
  feedback: GatewayFeedback;
  webhooks: WebhookHealth;
}): Html {
  const { gateway, feedback, webhooks } = props;
  const { taken_at: takenAt, refused } = webhooks;
  const week = weekOf(feedback);
  return (
    <>
      {takenAt === undefined ? (
        <p class="small">No webhook has come yet. {firstStep(gateway)}</p>
      ) : (
        <p class="small">
          {"The last webhook came "}
          <Time at={takenAt} now={feedback.at} />
          {`; ${formatPlural(week.webhooks, "webhook")} in the last 7 days.`}
          {week.webhooks > 0 && week.facts === 0 && ` ${NO_FACTS}`}
        </p>
      )}
      {refused !== undefined && week.refused > 0 && (
        <Refusals
          count={week.refused}
          refused={refused}
          label={proofOf(gateway)?.label ?? "the secret"}
          isLast={refused.at > (takenAt ?? 0)}
          now={feedback.at}
        />
      )}
    </>
  );
}

const NO_FACTS = "None told of an email of yours: see that the events named here are chosen there.";

function firstStep(gateway: Gateway): string {
  const proof = proofOf(gateway);
  return !isSetUp(gateway) && proof !== undefined
    ? `Set “${proof.label}” first: without it none is believed.`
    : "Give the service the address below, and send a test.";
}

function Refusals(props: {
  count: number;
  refused: NonNullable<WebhookHealth["refused"]>;
  label: string;
  /** Whether nothing was taken since. */
  isLast: boolean;
  now: number;
}): Html {
  const { count, refused, label, isLast, now } = props;
  const words = (
    <>
      {`${formatPlural(count, "webhook was", "webhooks were")} refused in the last 7 days, the last one `}
      <Time at={refused.at} now={now} />
      {`: ${refusalWords(refused.why, label)}`}
    </>
  );
  return isLast ? (
    <Callout tone="warning">{words}</Callout>
  ) : (
    <p class="muted small">{words} Others have come since, so it may have been somebody else.</p>
  );
}

function refusalWords(why: WebhookRefusal, label: string): string {
  switch (why) {
    case "no_secret":
      return `“${label}” is not set, or is too short, so nothing can be believed. Set it in the form.`;
    case "unsigned":
      return "it brought nothing that proves who sent it. Set that up at the service as it says here.";
    case "signature":
      return `the proof does not match “${label}”. Set the same one here and at the service.`;
    case "old":
      return "it was signed at another time. See that this server's clock is right.";
    case "unreadable":
      return "nothing in it can be read. Have no other kind of webhook sent to this address.";
    case "put_off":
      return "what proves it could not be fetched. See that the email client can reach the service by HTTPS.";
  }
}

/** Somebody else's words as a sentence. */
function sentence(words: string): string {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}
