import type { Html } from "@mailwright/html";
import type { Paged } from "../../db/keyset.ts";
import { Badge, EmailBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { ConfirmLink, dialogLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CsrfField } from "../../ui/form.tsx";
import { formatCount } from "../../ui/format.ts";
import { MenuLink, MenuWithButton } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { emailParts, Legend } from "../../ui/progress.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { EmailState } from "../../ui/tone.ts";
import { reasonOf } from "../emails/reasons.ts";
import { liftAddress } from "../suppressions/lift-address.ts";
import type { Suppression } from "../suppressions/suppressions.ts";
import { REASON_LABELS, REASON_MEANINGS } from "../suppressions/words.ts";
import type { Contact } from "./contacts.ts";
import type { PastEmail } from "./history.ts";
import { Memberships, type MembershipProps } from "./membership-views.tsx";
import { nameOf, titleOf } from "./names.ts";

export interface ContactPageProps extends MembershipProps {
  suppression: Suppression | undefined;
  history: Paged<PastEmail>;
  /** How many emails there are, by state. */
  counts: Partial<Record<EmailState, number>>;
  older: string | undefined;
  newer: string | undefined;
  mayWrite: boolean;
}

export function ContactPage(props: ContactPageProps): Html {
  const { contact, suppression, mayWrite } = props;
  const path = `/contacts/${contact.id}`;
  return (
    <>
      <PageHeader
        title={titleOf(contact)}
        crumbs={[{ href: "/contacts", label: "Contacts" }]}
        badge={
          suppression ? (
            <Badge tone="skipped" icon="ban">
              Not mailed
            </Badge>
          ) : (
            <Badge tone="success" icon="mail-check">
              Can be mailed
            </Badge>
          )
        }
        {...(nameOf(contact) !== "" && { lead: contact.email })}
        actions={
          mayWrite && (
            <>
              <LinkButton href={`${path}/edit`} variant="primary" icon="pencil">
                Edit
              </LinkButton>
              <MenuWithButton id="contact-menu" label="More to do with this contact" size="md">
                <MenuLink {...dialogLink(`${path}/delete`)} icon="trash-2" danger>
                  Delete contact
                </MenuLink>
              </MenuWithButton>
            </>
          )
        }
      />
      <div class="columns" data-split="aside">
        <div class="stack" data-gap="lg">
          <Details contact={contact} now={props.now} />
          <History {...props} />
        </div>
        <div class="stack" data-gap="lg">
          <Mailing {...props} />
          <Memberships {...props} />
        </div>
      </div>
    </>
  );
}

function Details(props: { contact: Contact; now: number }): Html {
  const { contact, now } = props;
  return (
    <Card title="Details">
      <Definitions
        items={[
          ["Email", contact.email],
          ["Name", shown(contact.name)],
          ["First name", shown(contact.first_name)],
          ["Last name", shown(contact.last_name)],
          ...Object.entries(contact.attributes)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]): [string, Html] => [key, <AttributeText value={value} />]),
          ["Added", <Time at={contact.created_at} now={now} />],
        ]}
      />
    </Card>
  );
}

function AttributeText(props: { value: string | number | boolean | null }): Html {
  const { value } = props;
  return typeof value === "string" ? (
    <span class="pre-line">{value}</span>
  ) : (
    <code>{String(value)}</code>
  );
}

function shown(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** Whether the address may be mailed, why not, and the way to change it. */
function Mailing(props: ContactPageProps): Html {
  const { contact, suppression, mayWrite, csrf, now } = props;
  const path = `/contacts/${contact.id}/suppression`;
  if (suppression === undefined) {
    return (
      <Card title="Mailing">
        <div class="stack">
          <p>This contact gets the campaigns that are sent to their segments.</p>
          {mayWrite && (
            <form method="post" action={path}>
              <CsrfField csrf={csrf} />
              <Button size="sm" icon="ban">
                Stop mailing this contact
              </Button>
            </form>
          )}
        </div>
      </Card>
    );
  }
  return (
    <Card title="Mailing">
      <div class="stack">
        <Callout
          tone="warning"
          title={`Not mailed: ${REASON_LABELS[suppression.reason].toLowerCase()}`}
        >
          {REASON_MEANINGS[suppression.reason]} Campaigns skip this address and say why.
        </Callout>
        <p class="muted small">
          {suppression.origin}, <Time at={suppression.created_at} now={now} />
        </p>
        {mayWrite && (
          <div>
            <ConfirmLink
              href={liftAddress({ ids: [suppression.id], back: `/contacts/${contact.id}` })}
              size="sm"
              icon="mail-check"
            >
              Allow again
            </ConfirmLink>
          </div>
        )}
      </div>
    </Card>
  );
}

/** What the contact was sent or not, and why. */
function History(props: ContactPageProps): Html {
  const { history, counts, now } = props;
  const parts = emailParts(counts);
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <Card
      title="Emails"
      lead={
        total > 0 && "One for each campaign that has gone to this contact, and what became of it."
      }
      id="history"
      flush
    >
      <Table
        caption="Emails"
        rows={history.items}
        href={({ id }) => `/emails/${id}`}
        empty={
          <EmptyState icon="mail" title="No emails yet">
            Nothing was sent to this contact, and no campaign has them in its audience.
          </EmptyState>
        }
        columns={[
          {
            label: "Campaign",
            primary: true,
            cell: ({ campaign_name }) => campaign_name ?? "A campaign that was deleted",
          },
          { label: "State", cell: ({ state }) => <EmailBadge state={state} /> },
          {
            label: "Why",
            cell: (email) => reasonOf(email) || <span class="muted">–</span>,
          },
          {
            label: "Attempts",
            align: "end",
            wide: true,
            cell: ({ attempt }) => formatCount(attempt),
          },
          {
            label: "When",
            align: "end",
            cell: ({ changed_at }) => <Time at={changed_at} now={now} />,
          },
        ]}
      />
      {total > 0 && (
        <div class="history-foot">
          <Legend parts={parts} />
          <Pager byTime next={props.older} previous={props.newer} region="#history" />
        </div>
      )}
    </Card>
  );
}
