import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { Confirm, ConfirmLink } from "../../ui/dialog.tsx";
import { formatBytes, formatCount, formatDuration, formatPlural } from "../../ui/format.ts";
import { Live } from "../../ui/live.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Progress } from "../../ui/progress.tsx";
import { Stat, Stats } from "../../ui/stat.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { REASON_LABELS } from "../suppressions/words.ts";
import type { Import } from "./imports.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { ImportBadge, titleOf } from "./list-views.tsx";
import type { RejectedRow } from "./rejects.ts";
import { hasEnded, REJECTS_KEPT_DAYS } from "./standing.ts";

export interface ImportPageProps {
  source: Import;
  rejects: readonly RejectedRow[];
  now: number;
  mayWrite: boolean;
}

/** An import that was started: how far it is, or what it came to. */
export function ImportPage(props: ImportPageProps): Html {
  const { source } = props;
  const path = `/imports/${source.id}`;
  return (
    <>
      <PageHeader
        title={titleOf(source)}
        crumbs={[{ href: "/imports", label: "Imports" }]}
        lead={
          <>
            Begun by {source.created_by}, <Time at={source.created_at} now={props.now} />
          </>
        }
      />
      {hasEnded(source) ? (
        <ImportProgress {...props} />
      ) : (
        <>
          <Live id="import" stream={`${path}/live`} poll={`${path}/progress`}>
            <ImportProgress {...props} />
          </Live>
          <noscript>
            <LinkButton href={path}>Look again</LinkButton>
          </noscript>
        </>
      )}
    </>
  );
}

/** The region that is kept up to date while an import runs. */
export function ImportProgress(props: ImportPageProps): Html {
  const { source } = props;
  const words = KIND_WORDS[source.kind];
  return (
    <div class="stack" data-gap="lg">
      <Outcome {...props} />
      <Stats label="Rows">
        <Stat label="Rows read" value={formatCount(source.rows)} />
        <Stat label="Added" value={formatCount(source.inserted)} tone="success" />
        <Stat label={words.updated} value={formatCount(source.updated)} tone="info" />
        <Stat label={words.skipped} value={formatCount(source.skipped)} tone="skipped" />
        <Stat label="Rejected" value={formatCount(source.rejected)} tone="danger" />
      </Stats>
      {source.rejected > 0 && <Rejects {...props} />}
      <Facts source={source} />
    </div>
  );
}

function Outcome(props: ImportPageProps): Html {
  const { source, mayWrite } = props;
  const path = `/imports/${source.id}`;
  const { see } = KIND_WORDS[source.kind];
  switch (source.state) {
    case "uploading":
    case "mapping":
    case "running":
      return (
        <Card
          title="Importing"
          lead="It goes on in the background: you can leave this page and come back."
          actions={
            mayWrite && (
              <ConfirmLink href={`${path}/cancel`} size="sm">
                Cancel
              </ConfirmLink>
            )
          }
        >
          <Progress
            label={`${formatPlural(source.rows, "row")} so far`}
            value={source.bytes_read}
            max={Math.max(1, source.bytes)}
          />
        </Card>
      );
    case "done":
      return (
        <Callout
          tone={source.rejected > 0 ? "warning" : "success"}
          title={doneTitle(source)}
          action={
            source.segment_id === null ? (
              <LinkButton href={see.href}>{see.label}</LinkButton>
            ) : (
              <LinkButton href={`/segments/${source.segment_id}`}>See the segment</LinkButton>
            )
          }
        >
          {summaryOf(props)}
        </Callout>
      );
    case "failed":
      return (
        <Callout tone="danger" title="The import failed">
          {source.error ?? "It could not be finished."} {keptSoFar(source)}
        </Callout>
      );
    case "cancelled":
      return (
        <Callout tone="warning" title="The import was cancelled">
          {keptSoFar(source)}
        </Callout>
      );
  }
}

/** What became of the rows: "2 added, 1 updated, 1 rejected". */
function doneTitle({ kind, inserted, updated, skipped, rejected }: Import): string {
  const words = KIND_WORDS[kind];
  const parts: [number, string][] = [
    [inserted, "added"],
    [updated, words.updated.toLowerCase()],
    [skipped, words.skipped.toLowerCase()],
    [rejected, "rejected"],
  ];
  const told = parts
    .filter(([rows]) => rows > 0)
    .map(([rows, what]) => `${formatCount(rows)} ${what}`);
  return told.length === 0 ? "Nothing to import" : told.join(", ");
}

function summaryOf({ source, rejects }: ImportPageProps): string {
  const { kind, rows, skipped, rejected, segment_name } = source;
  if (rows === 0) return "There was no row in the file but the names of its columns.";
  return [
    skipped + rejected === 0 && "Every row was taken.",
    skipped > 0 && `${formatPlural(skipped, "row was", "rows were")} ${KIND_WORDS[kind].leftAlone}`,
    rejected > 0 && rejectedWords(rejected, rejects.length),
    segment_name !== null && `The contacts are in “${segment_name}” now.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(" ");
}

/** They are shown for as long as they are kept, and of many some. */
function rejectedWords(rejected: number, shown: number): string {
  const words = formatPlural(rejected, "row was rejected", "rows were rejected");
  if (shown === 0) return `${words}.`;
  if (shown < rejected)
    return `${words}; ${formatCount(shown)} of them ${shown === 1 ? "is" : "are"} listed below.`;
  return `${words}; ${rejected === 1 ? "it is" : "they are"} listed below.`;
}

function keptSoFar({ kind, inserted, updated }: Import): string {
  const words = KIND_WORDS[kind];
  return inserted + updated === 0
    ? words.nothing
    : `What it did before stays: ${formatCount(inserted)} added, ${formatCount(updated)} ${words.updated.toLowerCase()}.`;
}

/** Some of the rows that were not taken; all of them are in the file. */
function Rejects(props: ImportPageProps): Html {
  const { source, rejects } = props;
  const isGone = rejects.length === 0 && source.finished_at !== null;
  return (
    <Card
      title={`${formatPlural(source.rejected, "row was", "rows were")} not taken`}
      lead={
        isGone
          ? `They were kept for ${REJECTS_KEPT_DAYS} days and are gone now.`
          : `Download them, correct them and import that file. The other rows stay as they were taken. These are kept for ${REJECTS_KEPT_DAYS} days.`
      }
      actions={
        !isGone && (
          <LinkButton href={`/imports/${source.id}/rejects`} size="sm" icon="download" download>
            Download as CSV
          </LinkButton>
        )
      }
      flush
    >
      <Table
        caption="Rows that were not taken"
        rows={rejects}
        empty={<p class="muted">{isGone ? "None is kept." : "They show up here in a moment."}</p>}
        columns={[
          { label: "Line", align: "end", cell: ({ line }) => formatCount(line) },
          { label: "Reason", primary: true, cell: ({ reason }) => reason },
          {
            label: "Row",
            cell: ({ cells }) => <code class="reject-row">{cells.join(" · ").slice(0, 200)}</code>,
          },
        ]}
      />
    </Card>
  );
}

function Facts(props: { source: Import }): Html {
  const { source } = props;
  return (
    <Card title="The import">
      <Definitions
        items={[
          ["State", <ImportBadge state={source.state} />],
          ["File", `${titleOf(source)}, ${formatBytes(source.bytes)}`],
          ["Columns", columnsOf(source)],
          ...(source.kind === "contacts"
            ? ([
                [
                  "Who was here already",
                  source.on_duplicate === "update" ? "Was updated" : "Was left as they were",
                ],
                ["Segment", source.segment_name ?? undefined],
              ] as const)
            : ([
                ["Reason where the file gives none", REASON_LABELS[source.default_reason]],
              ] as const)),
          ["Ended", source.finished_at && <Time at={source.finished_at} />],
          ["Took", durationOf(source)],
        ]}
      />
    </Card>
  );
}

function durationOf({ started_at, finished_at }: Import): string | undefined {
  return started_at === null || finished_at === null
    ? undefined
    : formatDuration(Math.max(1, finished_at.getTime() - started_at.getTime()));
}

function columnsOf({ headings, mapping }: Import): Html | undefined {
  if (mapping === null) return undefined;
  return (
    <span class="column-list">
      {headings.map((heading, index) => {
        const target = mapping[index];
        return (
          <span>
            {heading} →{" "}
            {target === null || target === undefined ? "left out" : <code>{target}</code>}
          </span>
        );
      })}
    </span>
  );
}

export function CancelConfirm(props: { csrf: string; source: Import }): Html {
  const { source } = props;
  const isWaiting = source.state === "mapping";
  return (
    <Confirm
      title={isWaiting ? `Discard ${titleOf(source)}?` : `Cancel the import of ${titleOf(source)}?`}
      action={`/imports/${source.id}/cancel`}
      csrf={props.csrf}
      cancel={`/imports/${source.id}`}
      confirm={isWaiting ? "Discard the file" : "Cancel the import"}
      danger
      consequences={["The uploaded file"]}
    >
      {isWaiting
        ? "Nothing of it has been imported."
        : "What was imported before stays. To have the rest, upload the file again: nobody is added twice."}
    </Confirm>
  );
}
