import type { Children, Html } from "@mailwright/html";
import { CampaignBadge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { ConfirmLink, dialogLink } from "../../ui/dialog.tsx";
import { CsrfField } from "../../ui/form.tsx";
import { GuidedText } from "../../ui/guided-text.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { MenuButton, MenuLink, MenuSeparator, MenuWithButton } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { type Tab, Tabs } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import type { Campaign } from "./campaigns.ts";
import { REQUEUE_ICONS, RequeueLink } from "./requeue-link-views.tsx";
import { mayDelete, mayRequeue } from "./standing.ts";

/** What every page of one campaign is given. */
export interface CampaignProps {
  campaign: Campaign;
  csrf: string;
  now: number;
  /** What the reader may do. */
  may: { write: boolean; send: boolean };
}

export type CampaignPart = "overview" | "recipients" | "content" | "activity";

/** A page of one campaign: its head, the tabs, and one of its parts. */
export function CampaignPage(
  props: CampaignProps & { part: CampaignPart; children: Children },
): Html {
  return (
    <>
      <CampaignHead {...props} />
      <CampaignTabs campaign={props.campaign} part={props.part} />
      {props.children}
    </>
  );
}

/** What it is called, how it stands, and what can be done with it now. */
export function CampaignHead(props: CampaignProps): Html {
  const { campaign } = props;
  return (
    <>
      <PageHeader
        title={campaign.name}
        crumbs={[{ href: "/campaigns", label: "Campaigns" }]}
        badge={<CampaignBadge state={campaign.state} />}
        lead={<Lead {...props} />}
        actions={<Actions {...props} />}
      />
      <StateReason campaign={campaign} />
    </>
  );
}

export function CampaignTabs(props: { campaign: Campaign; part: CampaignPart }): Html {
  const { campaign, part } = props;
  const base = `/campaigns/${campaign.id}`;
  const wasLaunched = campaign.launched_at !== null;
  const tabs: (Tab & { part: CampaignPart })[] = [
    { part: "overview", href: base, label: "Overview" },
    ...(wasLaunched
      ? [
          {
            part: "recipients" as const,
            href: `${base}/recipients`,
            label: "Recipients",
            // The tabs do not follow what happens, and "0" beside a progress of 400 would be a contradiction.
            ...(campaign.state !== "launching" && { count: campaign.audience }),
          },
        ]
      : []),
    { part: "content", href: `${base}/content`, label: "Content" },
    { part: "activity", href: `${base}/activity`, label: "Activity" },
  ];
  return (
    <Tabs
      label={`Parts of ${campaign.name}`}
      tabs={tabs.map((tab) => ({ ...tab, current: tab.part === part }))}
    />
  );
}

function Lead(props: CampaignProps): Html {
  const { campaign, now } = props;
  const { launched_at, finished_at, state, created_at, created_by } = campaign;
  if (launched_at === null)
    return (
      <>
        {`Made by ${created_by} `}
        <Time at={created_at} now={now} />
      </>
    );
  return (
    <>
      {"Launched "}
      <Time at={launched_at} now={now} />
      {finished_at && (
        <>
          {state === "cancelled" ? ", cancelled " : ", finished "}
          <Time at={finished_at} now={now} />
        </>
      )}
    </>
  );
}

/** What paused it, or why it became a draft again. */
function StateReason(props: { campaign: Campaign }): Html | null {
  const { state, state_reason } = props.campaign;
  if (state_reason === null) return null;
  return (
    <Callout
      tone="warning"
      title={REASON_TITLES[state] ?? "Why it stands so"}
      {...(state === "paused" && {
        action: <LinkButton href="/settings/gateways">To the gateways</LinkButton>,
      })}
    >
      <GuidedText text={state_reason} />
    </Callout>
  );
}

const REASON_TITLES: Partial<Record<Campaign["state"], string>> = {
  paused: "Why it is paused",
  draft: "Why it was not sent",
};

function Actions(props: CampaignProps): Html {
  const { campaign, csrf, may } = props;
  const { id, state } = campaign;
  const base = `/campaigns/${id}`;
  return (
    <>
      {may.write && <More {...props} />}
      {state === "draft" && may.write && (
        <LinkButton href={`${base}/edit`} icon="pencil">
          Edit
        </LinkButton>
      )}
      {may.send && (
        <>
          {state === "draft" && (
            <LinkButton href={`${base}/launch`} variant="primary" icon="send">
              Review and launch
            </LinkButton>
          )}
          {(state === "launching" || state === "sending" || state === "paused") && (
            <ConfirmLink href={`${base}/cancel`} icon="ban">
              Cancel
            </ConfirmLink>
          )}
          {state === "sending" && (
            <OrderButton action={`${base}/pause`} csrf={csrf} icon="pause" word="Pause" />
          )}
          {state === "paused" && (
            <OrderButton action={`${base}/resume`} csrf={csrf} icon="play" word="Resume" primary />
          )}
          {state === "finished" && <RequeueAction campaign={campaign} />}
        </>
      )}
    </>
  );
}

/** An order that needs no second thought, because it can be taken back. */
function OrderButton(props: {
  action: string;
  csrf: string;
  icon: IconName;
  word: string;
  primary?: boolean;
}): Html {
  return (
    <form method="post" action={props.action}>
      <CsrfField csrf={props.csrf} />
      <Button icon={props.icon} variant={props.primary === true ? "primary" : "secondary"}>
        {props.word}
      </Button>
    </form>
  );
}

/** The next thing to do with a finished campaign that did not reach everybody. */
function RequeueAction(props: { campaign: Campaign }): Html | null {
  const { id, counts } = props.campaign;
  if (counts.failed === 0) return null;
  return <RequeueLink campaign={id} state="failed" variant="primary" />;
}

function More(props: CampaignProps): Html {
  const { campaign, csrf, may } = props;
  const { id, name, state, counts } = campaign;
  const base = `/campaigns/${id}`;
  const requeueable = may.send && mayRequeue(state);
  return (
    <MenuWithButton id="campaign-actions" label={`More for ${name}`} variant="secondary" size="md">
      {requeueable && counts.failed > 0 && (
        <MenuLink {...dialogLink(`${base}/requeue?states=failed`)} icon={REQUEUE_ICONS.failed}>
          Send failed again
        </MenuLink>
      )}
      {requeueable && counts.uncertain > 0 && (
        <MenuLink
          {...dialogLink(`${base}/requeue?states=uncertain`)}
          icon={REQUEUE_ICONS.uncertain}
        >
          Send uncertain again
        </MenuLink>
      )}
      {campaign.launched_at !== null && (
        <MenuLink href={`${base}/recipients/export`} icon="download">
          Export recipients
        </MenuLink>
      )}
      <MenuButton action={`${base}/duplicate`} csrf={csrf} icon="copy">
        Duplicate
      </MenuButton>
      {mayDelete(state) && (
        <>
          <MenuSeparator />
          <MenuLink {...dialogLink(`${base}/delete`)} icon="trash-2" danger>
            Delete
          </MenuLink>
        </>
      )}
    </MenuWithButton>
  );
}

/** Where the template stands as this campaign has it: the frozen version, or what a draft would freeze. */
export function templateAddress({
  template,
  template_version,
  launched_at,
}: Campaign): string | undefined {
  if (template === null) return undefined;
  return launched_at === null || template_version === null
    ? `/templates/${template.id}`
    : `/templates/${template.id}/versions/${template_version}`;
}
