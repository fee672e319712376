import type { Html } from "@mailwright/html";
import type { CampaignState } from "../../campaign-words.ts";
import { CampaignBadge, EmailBadge } from "../badge.tsx";
import { Bulk } from "../bulk.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { PlainSelect } from "../choice.tsx";
import { EmptyState } from "../empty-state.tsx";
import { formatCount, formatPercent } from "../format.ts";
import { MenuButton, MenuLink, MenuSeparator, MenuWithButton } from "../menu.tsx";
import { Pager } from "../pager.tsx";
import { emailParts, SegmentedProgress } from "../progress.tsx";
import { SearchBox } from "../search-box.tsx";
import { Table } from "../table.tsx";
import { Segments, Tabs } from "../tabs.tsx";
import { Time } from "../time.tsx";
import type { EmailState } from "../tone.ts";
import { Specimen, Specimens } from "./specimen.tsx";

const HOUR = 3_600_000;

interface Recipient {
  id: string;
  email: string;
  name: string;
  state: EmailState;
  attempts: number;
  hours: number;
}

const RECIPIENTS: Recipient[] = [
  {
    id: "1",
    email: "anna.kowalska@example.com",
    name: "Anna Kowalska",
    state: "sent",
    attempts: 1,
    hours: 1,
  },
  { id: "2", email: "bo.li@example.com", name: "Bo Li", state: "retrying", attempts: 3, hours: 2 },
  {
    id: "3",
    email: "cleo.marchetti-villanueva@newsletters.example.com",
    name: "",
    state: "failed",
    attempts: 5,
    hours: 30,
  },
  {
    id: "4",
    email: "dev@example.com",
    name: "<script>alert(1)</script>",
    state: "uncertain",
    attempts: 1,
    hours: 50,
  },
  {
    id: "5",
    email: "eva@example.com",
    name: "Eva Núñez",
    state: "skipped",
    attempts: 0,
    hours: 900,
  },
];

interface Campaign {
  name: string;
  state: CampaignState;
  sent: number;
  failed: number;
  total: number;
}

const CAMPAIGNS: Campaign[] = [
  { name: "Spring sale", state: "sending", sent: 8_120, failed: 31, total: 12_400 },
  { name: "Welcome back", state: "paused", sent: 210, failed: 0, total: 3_004 },
  { name: "Winter clearance", state: "finished", sent: 11_998, failed: 12, total: 12_010 },
  { name: "Untitled", state: "draft", sent: 0, failed: 0, total: 0 },
];

export function ListsSection(props: { csrf: string; now: number }): Html {
  return (
    <Specimens id="lists" title="Lists">
      <Specimen name="Tabs">
        <Tabs
          label="Parts of the campaign"
          tabs={[
            { href: "#lists", label: "Overview", current: true },
            { href: "#lists", label: "Recipients", count: 12_400 },
            { href: "#lists", label: "Content" },
            { href: "#lists", label: "Log" },
          ]}
        />
      </Specimen>
      <Specimen name="SearchBox, PlainSelect, Segments, Bulk, Table, Pager">
        <div class="row" data-justify="between">
          <SearchBox
            action="/developer/ui"
            label="Search recipients"
            region="#recipients"
            keep={{ sort: "email" }}
          >
            <PlainSelect
              name="gateway"
              label="Gateway"
              options={[
                { value: "", label: "Every gateway" },
                { value: "main", label: "Main" },
              ]}
            />
          </SearchBox>
          <Segments
            label="State"
            tabs={[
              { href: "#lists", label: "All", count: 12_400, current: true },
              { href: "#lists", label: "Failed", count: 31 },
              { href: "#lists", label: "Uncertain", count: 3 },
            ]}
          />
        </div>
        <Recipients {...props} />
      </Specimen>
      <Specimen name="Table in a flush Card">
        <Card title="Campaigns" lead="The latest four" flush>
          <Campaigns />
        </Card>
      </Specimen>
      <Specimen name="Table without rows">
        <Table
          caption="Templates"
          columns={[]}
          rows={[]}
          empty={
            <Card flush>
              <EmptyState icon="search" title="Nothing fits “winter”">
                Look for another word, or clear the search.
              </EmptyState>
            </Card>
          }
        />
      </Specimen>
    </Specimens>
  );
}

function Recipients(props: { csrf: string; now: number }): Html {
  return (
    <div class="stack" id="recipients">
      <Bulk
        id="bulk-recipients"
        csrf={props.csrf}
        noun="recipients"
        actions={
          <>
            <Button size="sm" icon="rotate-ccw" formaction="/developer/ui">
              Send again
            </Button>
            <Button size="sm" icon="download" downloads formaction="/developer/ui">
              Export
            </Button>
          </>
        }
      >
        <Table
          caption="Recipients"
          rows={RECIPIENTS}
          href={() => "#lists"}
          selection={{
            form: "bulk-recipients",
            name: "email_id",
            value: ({ id }) => id,
            label: ({ email }) => email,
          }}
          sorting={{ by: "email", direction: "ascending", href: () => "#lists" }}
          empty={<EmptyState icon="inbox" title="No recipients" />}
          columns={[
            { label: "Email", sort: "email", primary: true, cell: ({ email }) => email },
            { label: "Name", sort: "name", cell: ({ name }) => name || "–" },
            { label: "State", cell: ({ state }) => <EmailBadge state={state} /> },
            { label: "Attempts", sort: "attempts", align: "end", cell: ({ attempts }) => attempts },
            {
              label: "Last step",
              align: "end",
              wide: true,
              cell: ({ hours }) => <Time at={props.now - hours * HOUR} now={props.now} />,
            },
            {
              label: "Actions",
              quiet: true,
              cell: (row) => <Actions {...row} csrf={props.csrf} />,
            },
          ]}
        />
      </Bulk>
      <Pager summary="1–5 of 12,400 recipients" next="#lists" region="#recipients" />
    </div>
  );
}

function Actions(props: Recipient & { csrf: string }): Html {
  return (
    <MenuWithButton id={`actions-${props.id}`} label={`Actions for ${props.email}`}>
      <MenuLink href="#lists" icon="eye">
        See the email
      </MenuLink>
      <MenuLink href="#lists" icon="user">
        See the contact
      </MenuLink>
      <MenuSeparator />
      <MenuButton action="/developer/ui" csrf={props.csrf} icon="rotate-ccw" danger>
        Send again
      </MenuButton>
    </MenuWithButton>
  );
}

function Campaigns(): Html {
  return (
    <Table
      caption="Campaigns"
      rows={CAMPAIGNS}
      href={() => "#lists"}
      empty={<EmptyState icon="send" title="No campaigns yet" />}
      columns={[
        { label: "Campaign", primary: true, cell: ({ name }) => name },
        { label: "State", cell: ({ state }) => <CampaignBadge state={state} /> },
        {
          label: "Progress",
          cell: ({ name, sent, failed, total }) =>
            total > 0 && (
              <SegmentedProgress
                label={`Emails of ${name}`}
                parts={emailParts({ sent, failed })}
                total={total}
                bare
              />
            ),
        },
        { label: "Sent", align: "end", cell: ({ sent, total }) => formatPercent(sent, total) },
        { label: "Audience", align: "end", cell: ({ total }) => formatCount(total) },
      ]}
    />
  );
}
