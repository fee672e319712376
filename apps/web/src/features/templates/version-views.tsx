import type { Html } from "@mailwright/html";
import { CampaignBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CodeBlock } from "../../ui/code.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CsrfField } from "../../ui/form.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Frame } from "../../ui/frame.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { KindBadge, TEMPLATES } from "./list-views.tsx";
import { Changes, MeanwhileCallout } from "./meanwhile-views.tsx";
import type { ListedVersion, Meanwhile, Template, UsingCampaign, VersionRow } from "./templates.ts";
import { NewestBadge, TemplatePage, type TemplateProps } from "./views.tsx";

interface Links {
  next?: string | undefined;
  previous?: string | undefined;
}

/** Every version, the newest first. */
export function VersionsPage(
  props: TemplateProps & Links & { versions: readonly ListedVersion[] },
): Html {
  const { template, versions, now } = props;
  return (
    <TemplatePage {...props} part="versions">
      <div class="stack" id="versions">
        <Table
          caption="Versions"
          rows={versions}
          href={({ version }) => `/templates/${template.id}/versions/${version}`}
          columns={[
            {
              label: "Version",
              primary: true,
              cell: ({ version }) => (
                <span class="row">
                  {`Version ${version}`}
                  {version === template.version && <NewestBadge />}
                </span>
              ),
            },
            { label: "Subject", wide: true, cell: ({ subject }) => <code>{subject}</code> },
            { label: "Kind", cell: ({ kind }) => <KindBadge kind={kind} /> },
            { label: "Saved by", cell: ({ created_by }) => created_by },
            {
              label: "Saved",
              align: "end",
              cell: ({ created_at }) => <Time at={created_at} now={now} />,
            },
          ]}
          empty={<EmptyState icon="history" title="No versions here" />}
        />
        <Pager
          summary={formatPlural(template.version, "version")}
          next={props.next}
          previous={props.previous}
          byTime
          region="#versions"
        />
      </div>
    </TemplatePage>
  );
}

/** The campaigns that name the template, the newest first. */
export function CampaignsPage(
  props: TemplateProps & Links & { campaigns: readonly UsingCampaign[] },
): Html {
  const { campaigns, now } = props;
  return (
    <TemplatePage {...props} part="campaigns">
      <div class="stack" id="template-campaigns">
        <Table
          caption="Campaigns that use the template"
          rows={campaigns}
          href={({ id }) => `/campaigns/${id}`}
          columns={[
            { label: "Campaign", primary: true, cell: ({ name }) => name },
            { label: "State", cell: ({ state }) => <CampaignBadge state={state} /> },
            {
              label: "Sends",
              cell: ({ template_version: version }) =>
                version === null ? "The newest version" : `Version ${version}`,
            },
            {
              label: "Launched",
              align: "end",
              cell: ({ launched_at }) =>
                launched_at ? (
                  <Time at={launched_at} now={now} />
                ) : (
                  <span class="muted">Not yet</span>
                ),
            },
          ]}
          empty={
            <EmptyState icon="send" title="No campaign uses it">
              A campaign names its template when it is made.
            </EmptyState>
          }
        />
        {campaigns.length > 0 && (
          <Pager
            summary={`${formatPlural(campaigns.length, "campaign")} here`}
            next={props.next}
            previous={props.previous}
            byTime
            region="#template-campaigns"
          />
        )}
      </div>
    </TemplatePage>
  );
}

/** One version: what it says, what the newest says else, and the way to make it the newest once more. */
export function VersionPage(props: {
  template: Template;
  version: VersionRow;
  /** The newest version. */
  newest: VersionRow;
  csrf: string;
  now: number;
  writable: boolean;
  /** Somebody saved the template after this page was opened, so it was not restored. */
  meanwhile?: Meanwhile | undefined;
}): Html {
  const { template, version, newest, now } = props;
  const path = `/templates/${template.id}`;
  const isNewest = version.version === template.version;
  return (
    <>
      <PageHeader
        title={`Version ${version.version}`}
        crumbs={[
          TEMPLATES,
          { href: path, label: template.name },
          { href: `${path}/versions`, label: "Versions" },
        ]}
        badge={isNewest ? <NewestBadge /> : <KindBadge kind={version.kind} />}
        lead={
          <>
            {`Saved by ${version.created_by} `}
            <Time at={version.created_at} now={now} />
          </>
        }
        actions={props.writable && !isNewest && <Restore {...props} />}
      />
      {props.meanwhile && <MeanwhileCallout {...props.meanwhile} />}
      {!isNewest && (
        <Card
          title={`What version ${newest.version}, the newest, changed of it`}
          lead="Restoring this one takes these changes back, as a version of its own."
        >
          <Changes before={version} after={newest} />
        </Card>
      )}
      <Card title={version.subject}>
        {version.kind === "text" ? (
          <Callout tone="info">It is plain text: what stands below is what is sent.</Callout>
        ) : (
          <Frame
            src={`${path}/frame?version=${version.version}`}
            title={`Version ${version.version} as it is seen`}
          />
        )}
      </Card>
      <CodeBlock label="Body" code={version.body} wrap />
    </>
  );
}

function Restore(props: { template: Template; version: VersionRow; csrf: string }): Html {
  const { template, version, csrf } = props;
  return (
    <form method="post" action={`/templates/${template.id}/versions/${version.version}/restore`}>
      <CsrfField csrf={csrf} />
      <input type="hidden" name="revision" value={template.revision} />
      <input type="hidden" name="version" value={template.version} />
      <Button variant="primary" icon="history">
        Restore this version
      </Button>
    </form>
  );
}
