import type { Html } from "@mailwright/html";
import type { MachineGraph, MachineNode } from "@mailwright/email_machine";
import { Badge, EmailBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Live } from "../../ui/live.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Table } from "../../ui/table.tsx";
import { EMAIL_STATES_AS_SHOWN, type EmailState } from "../../ui/tone.ts";
import { DEVELOPER, DeveloperHeader } from "./developer-header-views.tsx";
import { MachineDrawing, MachineFrame, type StateCount } from "./machine-drawing.tsx";
import type { MachineLayout } from "./machine-layout.ts";
import type { Machine, MachineCounts } from "./machines.ts";

const MACHINES = "/developer/machines";

export function MachinesPage(props: { machines: readonly Machine[] }): Html {
  return (
    <>
      <DeveloperHeader
        path={MACHINES}
        lead="The state machines that decide what happens, drawn from the definitions that run."
      />
      <Table
        caption="Machines"
        rows={props.machines}
        href={({ graph }) => `${MACHINES}/${graph.name}`}
        empty={<EmptyState icon="workflow" title="No machines" />}
        columns={[
          { label: "Machine", primary: true, cell: ({ title }) => title },
          { label: "What it is", cell: ({ about }) => about },
          { label: "States", align: "end", cell: ({ graph }) => formatCount(graph.nodes.length) },
          {
            label: "Transitions",
            align: "end",
            cell: ({ graph }) => formatCount(graph.edges.length),
          },
        ]}
      />
    </>
  );
}

export interface MachinePageProps {
  machine: Machine;
  layout: MachineLayout;
  counts: MachineCounts;
  /** Whether the email client runs another version of it. */
  differs: boolean;
}

export function MachinePage(props: MachinePageProps): Html {
  const { machine, layout, counts, differs } = props;
  const address = `${MACHINES}/${machine.graph.name}`;
  return (
    <>
      <PageHeader
        title={machine.title}
        crumbs={[DEVELOPER, { href: MACHINES, label: "Machines" }]}
        lead={machine.about}
        actions={
          <LinkButton href={`${address}.svg`} icon="download" download>
            Download the drawing
          </LinkButton>
        }
      />
      {differs && (
        <Callout tone="info" title="Another version is at work">
          The email client runs another version of this machine than is drawn here. That is so while
          a new version is rolled out.
        </Callout>
      )}
      <Card
        flush
        foot="A double frame marks a settled state: an email leaves it by a requeue or a late answer of the gateway only. The number in a state is from the ledger; under it, how many of them are at the email client now."
      >
        <MachineFrame>
          <MachineDrawing layout={layout} counts={stateCounts(machine.graph, counts)} />
        </MachineFrame>
      </Card>
      <Live id="machine-twin" stream={`${address}/counts/stream`} poll={`${address}/counts`}>
        <MachineTwin graph={machine.graph} counts={counts} />
      </Live>
    </>
  );
}

/** What the live region of a machine's page gets: the table anew, and each number of the drawing for its place. */
export function MachineNews(props: { graph: MachineGraph; counts: MachineCounts }): Html {
  const { graph, counts } = props;
  return (
    <>
      <MachineTwin graph={graph} counts={counts} />
      {Object.entries(stateCounts(graph, counts)).map(([state, { ledger, live }]) => (
        <>
          <hx-partial hx-target={`#count-${state}`} hx-swap="textContent">
            {ledger}
          </hx-partial>
          <hx-partial hx-target={`#live-${state}`} hx-swap="textContent">
            {live ?? ""}
          </hx-partial>
        </>
      ))}
    </>
  );
}

/** The machine in words: what the drawing says, for whoever reads or hears instead of looking. */
function MachineTwin(props: { graph: MachineGraph; counts: MachineCounts }): Html {
  const { graph, counts } = props;
  const { ledger, client } = counts;
  return (
    <Card title="In words" lead={<Lead counts={counts} />} flush>
      <Table
        caption={`The states of an ${graph.name}`}
        rows={graph.nodes}
        empty={<EmptyState icon="workflow" title="No states" />}
        columns={[
          { label: "State", primary: true, cell: (node) => <StateBadge node={node} /> },
          { label: "What it means", cell: ({ description }) => description },
          {
            label: "On entry",
            cell: ({ commands }) =>
              commands.length === 0 ? undefined : <code>{commands.join(", ")}</code>,
          },
          { label: "Leaves on", cell: ({ id }) => <Exits graph={graph} state={id} /> },
          { label: "In the ledger", align: "end", cell: ({ id }) => formatCount(ledger[id] ?? 0) },
          {
            label: "At the email client",
            align: "end",
            cell: ({ id }) =>
              client.kind === "seen" ? formatCount(client.view.counts[id] ?? 0) : "–",
          },
        ]}
      />
    </Card>
  );
}

function Lead(props: { counts: MachineCounts }): Html {
  const { client } = props.counts;
  return (
    <>
      {client.kind === "seen"
        ? `${formatPlural(client.view.emails, "email")} at the email client, ${formatPlural(client.view.outbox, "report")} on the way back.`
        : `The email client does not answer (${client.why}); its numbers are left out.`}
    </>
  );
}

function StateBadge(props: { node: MachineNode }): Html {
  const { id } = props.node;
  return isEmailState(id) ? <EmailBadge state={id} /> : <Badge>{id}</Badge>;
}

function isEmailState(id: string): id is EmailState {
  return EMAIL_STATES_AS_SHOWN.some((state) => state === id);
}

function Exits(props: { graph: MachineGraph; state: string }): Html {
  const edges = props.graph.edges.filter(({ from }) => from === props.state);
  if (edges.length === 0) return <span class="muted">It stays.</span>;
  return (
    <ul class="machine-exits">
      {edges.map(({ event, guard, to }) => (
        <li>
          <code>{guard === undefined ? event : `${event} [${guard}]`}</code>
          {` → ${to}`}
        </li>
      ))}
    </ul>
  );
}

function stateCounts(graph: MachineGraph, counts: MachineCounts): Record<string, StateCount> {
  const { ledger, client } = counts;
  return Object.fromEntries(
    graph.nodes.map(({ id }) => {
      const live = client.kind === "seen" ? (client.view.counts[id] ?? 0) : 0;
      return [
        id,
        {
          ledger: formatCount(ledger[id] ?? 0),
          ...(live > 0 && { live: `${formatCount(live)} now` }),
        },
      ];
    }),
  );
}
