import type { Children, Html } from "@mailwright/html";
import type { Problem } from "@mailwright/template";
import { Callout } from "../../ui/banner.tsx";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CodeBlock } from "../../ui/code.tsx";
import { Confirm, dialogLink } from "../../ui/dialog.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Frame } from "../../ui/frame.tsx";
import { MenuButton, MenuLink, MenuWithButton } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Segments, Tabs } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import type { ContactChoice } from "./contact-choice.ts";
import { ContactChooser, shownFor } from "./contact-views.tsx";
import { KindBadge, TEMPLATES } from "./list-views.tsx";
import { Problems, problemsInWords } from "./problem-views.tsx";
import type { Rendering } from "./rendering.ts";
import type { DeletionPreview, Template } from "./templates.ts";

export type Part = "html" | "text" | "source" | "versions" | "campaigns";

export interface TemplateProps {
  template: Template;
  problems: readonly Problem[];
  csrf: string;
  now: number;
  may: { write: boolean; send: boolean };
}

/** What stands on every page of one template: its name, its parts, and what is wrong with it. */
export function TemplatePage(props: TemplateProps & { part: Part; children: Children }): Html {
  const { template, problems, may, now } = props;
  const path = `/templates/${template.id}`;
  return (
    <>
      <PageHeader
        title={template.name}
        crumbs={[TEMPLATES]}
        badge={<KindBadge kind={template.kind} />}
        lead={
          <>
            {`Version ${template.version}, saved by ${template.saved_by} `}
            <Time at={template.updated_at} now={now} />
          </>
        }
        actions={<Actions {...props} />}
      />
      {problems.length > 0 && (
        <Callout
          tone={problems[0]?.severity === "error" ? "danger" : "warning"}
          title={`${problemsInWords(problems) ?? ""} to look at`}
          action={
            may.write && (
              <LinkButton href={`${path}/edit`} size="sm">
                Edit
              </LinkButton>
            )
          }
        >
          <Problems problems={problems} source={template} />
        </Callout>
      )}
      <Tabs label="Template" tabs={tabsOf(template, props.part)} />
      {props.children}
    </>
  );
}

function Actions(props: TemplateProps): Html {
  const { template, csrf, may } = props;
  const path = `/templates/${template.id}`;
  return (
    <>
      {may.write && (
        <MenuWithButton
          id="template-menu"
          label={`More to do with ${template.name}`}
          variant="secondary"
          size="md"
        >
          <MenuButton action={`${path}/duplicate`} csrf={csrf} icon="copy">
            Duplicate
          </MenuButton>
          <MenuLink {...dialogLink(`${path}/delete`)} icon="trash-2" danger>
            Delete
          </MenuLink>
        </MenuWithButton>
      )}
      {may.send && (
        <LinkButton href={`${path}/test`} icon="send">
          Send a test
        </LinkButton>
      )}
      {may.write && (
        <LinkButton href={`${path}/edit`} variant="primary" icon="pencil">
          Edit
        </LinkButton>
      )}
    </>
  );
}

function tabsOf({ id, kind }: Template, part: Part) {
  const path = `/templates/${id}`;
  const tabs: { part: Part; href: string; label: string }[] = [
    // A text template has one part, which is its text.
    ...(kind === "text" ? [] : [{ part: "html" as const, href: path, label: "HTML" }]),
    { part: "text", href: kind === "text" ? path : `${path}/text`, label: "Text" },
    { part: "source", href: `${path}/source`, label: "Source" },
    { part: "versions", href: `${path}/versions`, label: "Versions" },
    { part: "campaigns", href: `${path}/campaigns`, label: "Campaigns" },
  ];
  return tabs.map(({ part: each, ...tab }) => ({ ...tab, current: each === part }));
}

export interface ShownProps extends TemplateProps {
  rendering: Rendering;
  choice: ContactChoice;
  width: "full" | "phone";
}

/** The email as it is seen, in a frame that is shut in. */
export function HtmlPage(props: ShownProps): Html {
  const { template, rendering, choice, width } = props;
  const path = `/templates/${template.id}`;
  const query = (values: Record<string, string>) =>
    new URLSearchParams({ ...(choice.contact && { contact: choice.contact.id }), ...values });
  return (
    <TemplatePage {...props} part="html">
      <Shown {...props} path={path}>
        {rendering.email && (
          <>
            <Segments
              label="How wide it is shown"
              tabs={[
                { href: `${path}?${query({})}`, label: "Desktop", current: width === "full" },
                {
                  href: `${path}?${query({ width: "phone" })}`,
                  label: "Phone",
                  current: width === "phone",
                },
              ]}
            />
            <Frame
              src={`${path}/frame?${query({})}`}
              title="The email as it is seen"
              width={width}
            />
          </>
        )}
      </Shown>
    </TemplatePage>
  );
}

/** The part for mail programs that show no HTML, and for people who prefer it. */
export function TextPage(props: ShownProps): Html {
  const { template, rendering } = props;
  const path = `/templates/${template.id}${template.kind === "text" ? "" : "/text"}`;
  return (
    <TemplatePage {...props} part="text">
      <Shown {...props} path={path}>
        {rendering.email && <CodeBlock label="Plain text" code={rendering.email.text} wrap />}
      </Shown>
    </TemplatePage>
  );
}

function Shown(props: ShownProps & { path: string; children: Children }): Html {
  const { rendering, choice } = props;
  return (
    <div class="columns" data-split="aside">
      <Card
        title={rendering.email ? rendering.email.subject || "No subject" : "It cannot be shown"}
        lead={shownFor(choice)}
      >
        <div class="stack">
          {rendering.email ? props.children : <p>{rendering.problems[0]?.message}</p>}
        </div>
      </Card>
      <ContactChooser
        choice={choice}
        action={props.path}
        keep={props.width === "phone" ? { width: "phone" } : {}}
      />
    </div>
  );
}

/** What was written. */
export function SourcePage(props: TemplateProps): Html {
  const { template } = props;
  return (
    <TemplatePage {...props} part="source">
      <CodeBlock label="Subject" code={template.subject} wrap />
      <CodeBlock label="Body" code={template.body} wrap />
    </TemplatePage>
  );
}

export function DeleteConfirm(props: { csrf: string; deletion: DeletionPreview }): Html {
  const { template, drafts, launched } = props.deletion;
  const path = `/templates/${template.id}`;
  return (
    <Confirm
      title={`Delete the template “${template.name}”?`}
      action={`${path}/delete`}
      csrf={props.csrf}
      cancel={path}
      confirm="Delete template"
      danger
      consequences={[
        template.version === 1 ? "Its one version" : `All of its ${template.version} versions`,
        ...drafts.map(
          ({ name }) => `Its place in the draft “${name}”, which has to choose another template`,
        ),
      ]}
    >
      {launched === 0
        ? "No campaign was launched with it."
        : `${formatPlural(launched, "campaign that was", "campaigns that were")} launched with it ${launched === 1 ? "keeps" : "keep"} what they sent.`}
    </Confirm>
  );
}

/** What marks the newest version in a list. */
export function NewestBadge(): Html {
  return <Badge tone="success">Newest</Badge>;
}
