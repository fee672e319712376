import type { Children, Html } from "@mailwright/html";
import { Badge, EmailBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Live } from "../../ui/live.tsx";
import { Stat, Stats } from "../../ui/stat.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { EMAIL_STATES_AS_SHOWN, type Tone } from "../../ui/tone.ts";
import { DeveloperHeader } from "./developer-header-views.tsx";
import type { Installation } from "./installation.ts";

const OVERVIEW = "/developer";

export function OverviewPage(props: { installation: Installation; now: number }): Html {
  return (
    <>
      <DeveloperHeader path={OVERVIEW} lead="What runs here, and what it is doing." />
      <Live
        id="installation"
        stream={`${OVERVIEW}/installation/stream`}
        poll={`${OVERVIEW}/installation`}
      >
        <InstallationNow {...props} />
      </Live>
    </>
  );
}

/** What stands in the live region. */
export function InstallationNow(props: { installation: Installation; now: number }): Html {
  const { installation, now } = props;
  return (
    <div class="stack" data-gap="lg">
      <Flow installation={installation} />
      <div class="columns">
        <Card title="Services" flush>
          <Services installation={installation} now={now} />
        </Card>
        <Card title="Emails by state" flush>
          <States installation={installation} />
        </Card>
      </div>
    </div>
  );
}

/** Where emails are on their way through the two services, in the order of the way. */
function Flow(props: { installation: Installation }): Html {
  const { queue, emails } = props.installation;
  const client = emails.client.kind === "seen" ? emails.client.view : undefined;
  return (
    <>
      {emails.client.kind === "unreachable" && (
        <Callout tone="warning" title="The email client does not answer">
          {`What it holds is not known, and nothing is lost: ${emails.client.why}.`}
        </Callout>
      )}
      <Stats label="Emails on their way">
        <Stat
          label="Wait in web"
          value={formatCount(queue.unhanded)}
          note={`in ${formatPlural(queue.waiting, "batch", "batches")}`}
          tone="queued"
        />
        <Stat
          label="At the email client"
          value={client ? formatCount(client.emails) : "–"}
          note={`in ${formatPlural(queue.handed, "batch", "batches")}`}
          tone="sending"
        />
        <Stat
          label="Reports on their way back"
          value={client ? formatCount(client.outbox) : "–"}
          note="kept until web has written them down"
          tone="resolving"
        />
      </Stats>
    </>
  );
}

interface Service {
  name: string;
  state: { tone: Tone; word: string };
  detail: Children;
}

function Services(props: { installation: Installation; now: number }): Html {
  return (
    <Table
      caption="Services"
      rows={servicesOf(props.installation, props.now)}
      empty={<EmptyState icon="server" title="No services" />}
      columns={[
        { label: "Service", primary: true, cell: ({ name }) => name },
        { label: "State", cell: ({ state }) => <Badge tone={state.tone}>{state.word}</Badge> },
        { label: "Details", cell: ({ detail }) => detail },
      ]}
    />
  );
}

const READY: Service["state"] = { tone: "success", word: "Ready" };

function servicesOf(installation: Installation, now: number): Service[] {
  const { version, runtime, startedAt, postgres, emails, gateways } = installation;
  return [
    {
      name: "Web",
      state: READY,
      detail: (
        <span>
          {`${version} on ${runtime}, started `}
          <Time at={startedAt} now={now} />
        </span>
      ),
    },
    {
      name: "Postgres",
      state: READY,
      detail: `${postgres.version}, answers in ${inMs(postgres.ms)}`,
    },
    emails.client.kind === "seen"
      ? { name: "Email client", state: READY, detail: `answers in ${inMs(emails.client.ms)}` }
      : {
          name: "Email client",
          state: { tone: "danger", word: "Not reached" },
          detail: emails.client.why,
        },
    ...gateways.map(({ id, name, complete, breaker }): Service => ({
      name: "Gateway",
      state: gatewayState(complete, breaker),
      detail: <a href={`/settings/gateways/${id}`}>{name}</a>,
    })),
  ];
}

function gatewayState(complete: boolean, breaker: "closed" | "open" | "half-open") {
  if (!complete) return { tone: "warning", word: "Not set up" } as const;
  switch (breaker) {
    case "closed":
      return READY;
    case "half-open":
      return { tone: "warning", word: "Being tried" } as const;
    case "open":
      return { tone: "danger", word: "Left alone" } as const;
  }
}

function inMs(ms: number): string {
  return ms < 1 ? "under 1 ms" : `${Math.round(ms)} ms`;
}

function States(props: { installation: Installation }): Html {
  const { ledger, client } = props.installation.emails;
  return (
    <Table
      caption="Emails by state"
      rows={EMAIL_STATES_AS_SHOWN}
      empty={<EmptyState icon="mail" title="No states" />}
      columns={[
        { label: "State", primary: true, cell: (state) => <EmailBadge state={state} /> },
        { label: "In the ledger", align: "end", cell: (state) => formatCount(ledger[state] ?? 0) },
        {
          label: "At the email client",
          align: "end",
          cell: (state) =>
            client.kind === "seen" ? formatCount(client.view.counts[state] ?? 0) : "–",
        },
      ]}
    />
  );
}
