import type { Html } from "@mailwright/html";
import type { TemplateKind } from "@mailwright/template";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { type Sorting, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { ListedTemplate } from "./templates.ts";

export const TEMPLATES = { href: "/templates", label: "Templates" };
const LIST_ID = "templates";

export interface TemplateListProps {
  templates: readonly ListedTemplate[];
  /** How many are found in all. */
  total: number;
  search: string;
  sorting: Sorting;
  next?: string | undefined;
  previous?: string | undefined;
  now: number;
  writable: boolean;
}

export function TemplatesPage(props: TemplateListProps): Html {
  const { search, sorting, writable } = props;
  const isUsed = props.total > 0 || search !== "";
  return (
    <>
      <PageHeader
        title="Templates"
        lead="What campaigns say. Each change is kept as a version."
        actions={
          writable &&
          isUsed && (
            <LinkButton href="/templates/new" variant="primary" icon="plus">
              New template
            </LinkButton>
          )
        }
      />
      {isUsed && (
        <SearchBox
          action="/templates"
          label="Search names and subjects"
          placeholder="Search templates"
          value={search}
          region={`#${LIST_ID}`}
          keep={{ sort: sorting.by, direction: sorting.direction }}
        />
      )}
      <TemplateList {...props} />
    </>
  );
}

function TemplateList(props: TemplateListProps): Html {
  const { templates, sorting, now } = props;
  return (
    <div class="stack" id={LIST_ID}>
      <Table
        caption="Templates"
        rows={templates}
        href={({ id }) => `/templates/${id}`}
        region={`#${LIST_ID}`}
        sorting={sorting}
        columns={[
          { label: "Name", sort: "name", primary: true, cell: ({ name }) => name },
          { label: "Subject", wide: true, cell: ({ subject }) => <code>{subject}</code> },
          { label: "Kind", cell: ({ kind }) => <KindBadge kind={kind} /> },
          { label: "Version", align: "end", cell: ({ version }) => version },
          {
            label: "Changed",
            sort: "changed",
            align: "end",
            cell: ({ updated_at }) => <Time at={updated_at} now={now} />,
          },
        ]}
        empty={<NoTemplates {...props} />}
      />
      {templates.length > 0 && (
        <Pager
          summary={formatPlural(props.total, "template")}
          next={props.next}
          previous={props.previous}
          region={`#${LIST_ID}`}
        />
      )}
    </div>
  );
}

function NoTemplates(props: TemplateListProps): Html {
  if (props.search !== "") {
    return (
      <EmptyState icon="search" title="No template found">
        Look for another part of its name or subject.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="file-text"
      title="No templates yet"
      action={
        props.writable && (
          <LinkButton href="/templates/new" variant="primary" icon="plus">
            New template
          </LinkButton>
        )
      }
    >
      A template is what a campaign says to each of its recipients. Begin with one of ours, or with
      a blank page.
    </EmptyState>
  );
}

const KINDS: Readonly<Record<TemplateKind, string>> = {
  html: "HTML",
  markdown: "Markdown",
  text: "Plain text",
};

export function kindInWords(kind: TemplateKind): string {
  return KINDS[kind];
}

export function KindBadge(props: { kind: TemplateKind }): Html {
  return <Badge icon={props.kind === "html" ? "code-xml" : "file-text"}>{KINDS[props.kind]}</Badge>;
}
