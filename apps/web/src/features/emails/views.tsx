import type { Html } from "@mailwright/html";
import { EmailBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import { GuidedText } from "../../ui/guided-text.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { regionLink } from "../../ui/region.ts";
import { Time } from "../../ui/time.tsx";
import type { EmailStory, Journal } from "./explanation.ts";
import { History, stepsLead } from "./history-views.tsx";

export interface EmailProps {
  story: EmailStory;
  now: number;
  /** What the email client said; undefined when it was not asked. */
  journal: Journal | undefined;
  /** The machine with the way that this email took. */
  drawing: Html;
  maySend: boolean;
}

/** One email: what became of it, why, and every step on the way. */
export function EmailPage(props: EmailProps): Html {
  const { story, now } = props;
  const { email, campaign } = story;
  return (
    <>
      <PageHeader
        title={email.address || "Erased recipient"}
        crumbs={[
          { href: "/campaigns", label: "Campaigns" },
          { href: `/campaigns/${campaign.id}`, label: campaign.name },
          { href: `/campaigns/${campaign.id}/recipients`, label: "Recipients" },
        ]}
        badge={<EmailBadge state={email.state} />}
        lead={
          <>
            {"Since "}
            <Time at={email.changed_at} now={now} />
          </>
        }
        actions={<Actions {...props} />}
      />
      <Why story={story} />
      <div class="columns" data-split="aside">
        <Card title="What happened" lead={stepsLead(story)}>
          <History story={story} now={now} />
        </Card>
        <div class="stack">
          <Facts {...props} />
          <JournalCard {...props} />
        </div>
      </div>
      <Card
        title="The way it took"
        lead={
          <>
            {"The states of an email and its own way through them. "}
            <a href="/developer/machines">See the machine by itself</a>
          </>
        }
      >
        <div class="machine-scroll" tabindex={0} role="region" aria-label="The way it took">
          {props.drawing}
        </div>
      </Card>
    </>
  );
}

function Actions(props: EmailProps): Html {
  const { story, maySend } = props;
  const { email, campaign, contact } = story;
  const again = `/campaigns/${campaign.id}/requeue?states=${email.state}&email_ids=${email.id}`;
  return (
    <>
      {contact && (
        <LinkButton href={`/contacts/${contact.id}`} icon="user">
          See the contact
        </LinkButton>
      )}
      {story.mayRequeue && maySend && (
        <ConfirmLink href={again} variant="primary" icon="rotate-ccw">
          Send again
        </ConfirmLink>
      )}
    </>
  );
}

const TONES = {
  sent: "success",
  failed: "danger",
  uncertain: "warning",
  retrying: "warning",
} as const;

/** Why it is where it is: what is so, what that means, what can be done. */
function Why(props: { story: EmailStory }): Html {
  const { email, why } = props.story;
  const ordinary = email.state in TONES ? TONES[email.state as keyof typeof TONES] : "info";
  const tone = why.unwelcome === true ? "warning" : ordinary;
  return (
    <Callout tone={tone} title={why.what}>
      <p>{why.meaning}</p>
      {why.todo !== undefined && (
        <p>
          <strong>{"What to do: "}</strong>
          <GuidedText text={why.todo} />
        </p>
      )}
      {email.error_detail !== null && email.state !== "skipped" && (
        <p class="said">
          <span class="muted">{isOfGateway(email) ? "The gateway said: " : "In detail: "}</span>
          <q>{email.error_detail}</q>
        </p>
      )}
    </Callout>
  );
}

/** What is told of other ends may be our own words: that nothing answered, or what the template lacks. */
const SAID_BY_GATEWAY = new Set(["rejected", "unauthenticated", "unauthorized", "throttled"]);

function isOfGateway({ error_code: code, error_detail: detail }: EmailStory["email"]): boolean {
  // A gateway was never asked about what cannot stand in a message.
  return SAID_BY_GATEWAY.has(code ?? "") && detail?.startsWith("Not sent: ") !== true;
}

function Facts(props: EmailProps): Html {
  const { email, campaign, contact, gateway } = props.story;
  return (
    <Card title="Facts">
      <Definitions
        items={[
          [
            "Contact",
            contact ? (
              <a href={`/contacts/${contact.id}`}>{contact.name || contact.email}</a>
            ) : (
              <span class="muted">Deleted since</span>
            ),
          ],
          ["Campaign", <a href={`/campaigns/${campaign.id}`}>{campaign.name}</a>],
          ["Gateway", gateway],
          ["Attempts", email.attempt],
          ...(email.run > 1 ? [["Run", email.run] as const] : []),
          [
            "Gateway's id",
            email.message_id === null ? undefined : (
              <Copyable text={email.message_id} label="Copy the gateway's id" />
            ),
          ],
          ["Email id", <Copyable text={email.id} label="Copy the email's id" />],
        ]}
      />
    </Card>
  );
}

/** What the email client says of it at this moment, when asked. */
function JournalCard(props: EmailProps): Html {
  const { story, journal, now } = props;
  const ask = `/emails/${story.email.id}?journal=now`;
  return (
    <div id="journal">
      <Card
        title="At the email client now"
        actions={
          <LinkButton {...regionLink(ask, "#journal", "replace")} size="sm" icon="refresh-cw">
            {journal === undefined ? "Ask" : "Ask again"}
          </LinkButton>
        }
      >
        {journal === undefined ? (
          <p class="muted small">
            The ledger has what the email client has reported. Ask it, to see whether it is further
            by now.
          </p>
        ) : (
          <JournalAnswer journal={journal} now={now} />
        )}
      </Card>
    </div>
  );
}

function JournalAnswer(props: { journal: Journal; now: number }): Html {
  const { journal, now } = props;
  switch (journal.kind) {
    case "held": {
      const { state, run, seq, attempt, due } = journal.entry.email;
      return (
        <Definitions
          items={[
            ["State", <EmailBadge state={state} />],
            ["Attempts", attempt],
            ["Step", `${seq} of run ${run}`],
            ...(due === undefined
              ? []
              : [
                  [
                    // It waits past its time while its campaign is paused or its gateway is busy.
                    due < now ? "Next attempt was due" : "Next attempt",
                    <Time at={due} now={now} />,
                  ] as const,
                ]),
          ]}
        />
      );
    }
    case "not held":
      return (
        <p class="small">
          It does not hold this email: it has either not been handed over yet, or it is at its end
          and the ledger has it all.
        </p>
      );
    case "unreachable":
      return (
        <p class="small">
          {`It did not answer (${journal.why}). Nothing is lost: it reports as soon as it can.`}
        </p>
      );
  }
}
