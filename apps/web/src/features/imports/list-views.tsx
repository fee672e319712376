import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Tone } from "../../ui/tone.ts";
import type { IconName } from "../../public/icons.ts";
import type { Import, ImportState } from "./imports.ts";
import { KIND_WORDS } from "./kind-words.ts";

const LOOKS: Readonly<Record<ImportState, { tone: Tone; icon: IconName; label: string }>> = {
  uploading: { tone: "queued", icon: "upload", label: "Uploading" },
  mapping: { tone: "warning", icon: "list-filter", label: "Waits for its columns" },
  running: { tone: "sending", icon: "refresh-cw", label: "Running" },
  done: { tone: "success", icon: "circle-check", label: "Done" },
  failed: { tone: "danger", icon: "circle-x", label: "Failed" },
  cancelled: { tone: "cancelled", icon: "circle-slash", label: "Cancelled" },
};

/** The state of an import. */
export function ImportBadge(props: { state: ImportState }): Html {
  const { tone, icon, label } = LOOKS[props.state];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

export function ImportsPage(props: {
  imports: readonly Import[];
  now: number;
  next: string | undefined;
  previous: string | undefined;
  mayWrite: boolean;
}): Html {
  const upload = props.mayWrite && (
    <LinkButton href="/imports/new" variant="primary" icon="upload">
      Import contacts
    </LinkButton>
  );
  return (
    <>
      <PageHeader
        title="Imports"
        lead="Files that brought contacts or suppressions in, and what became of their rows."
        actions={props.imports.length > 0 && upload}
      />
      <div class="stack" id="imports">
        <Table
          caption="Imports"
          rows={props.imports}
          href={({ id }) => `/imports/${id}`}
          empty={
            <EmptyState icon="file-spreadsheet" title="Nothing was imported yet" action={upload}>
              Bring contacts in from a CSV: out of a spreadsheet, a shop or another mail service.
            </EmptyState>
          }
          columns={[
            { label: "File", primary: true, cell: titleOf },
            { label: "Brought", wide: true, cell: ({ kind }) => KIND_WORDS[kind].noun },
            { label: "State", cell: ({ state }) => <ImportBadge state={state} /> },
            { label: "Rows", align: "end", cell: ({ rows }) => formatCount(rows) },
            { label: "Added", align: "end", wide: true, cell: (row) => formatCount(row.inserted) },
            { label: "Updated", align: "end", wide: true, cell: (row) => formatCount(row.updated) },
            { label: "Rejected", align: "end", cell: ({ rejected }) => formatCount(rejected) },
            {
              label: "Begun",
              align: "end",
              cell: ({ created_at, created_by }) => (
                <span class="two-lines">
                  <Time at={created_at} now={props.now} />
                  <span class="muted small">{created_by}</span>
                </span>
              ),
            },
          ]}
        />
        <Pager byTime next={props.next} previous={props.previous} region="#imports" />
      </div>
    </>
  );
}

/** What an import is called: a file that came by the API may have no name. */
export function titleOf({ file_name }: Pick<Import, "file_name">): string {
  return file_name === "" ? "A file sent by the API" : file_name;
}
