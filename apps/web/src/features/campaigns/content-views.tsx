import type { Html } from "@mailwright/html";
import { Callout } from "../../ui/banner.tsx";
import { Card } from "../../ui/card.tsx";
import { CodeBlock } from "../../ui/code.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Frame } from "../../ui/frame.tsx";
import { describePolicy } from "../settings/policy-words.ts";
import type { Campaign } from "./campaigns.ts";
import { CampaignPage, type CampaignProps, templateAddress } from "./detail-views.tsx";
import type { CampaignContent, Preview } from "./preview.ts";

/** What everybody gets. */
export function ContentPage(props: CampaignProps & { content: CampaignContent | undefined }): Html {
  const { campaign, content } = props;
  return (
    <CampaignPage {...props} part="content">
      {content === undefined ? (
        <EmptyState icon="file-text" title="No template is chosen">
          Edit the campaign and choose one; then it is shown here as a recipient would see it.
        </EmptyState>
      ) : (
        <div class="columns" data-split="aside">
          <PreviewCard campaign={campaign} preview={content.preview} />
          <Card title={campaign.state === "draft" ? "As it would be frozen" : "Frozen at launch"}>
            <ContentFacts campaign={campaign} content={content} />
          </Card>
        </div>
      )}
    </CampaignPage>
  );
}

function ContentFacts(props: { campaign: Campaign; content: CampaignContent }): Html {
  const { campaign, content } = props;
  const { sender, policy } = content;
  const { template, template_version, launched_at } = campaign;
  const address = templateAddress(campaign);
  return (
    <Definitions
      items={[
        ["From", senderText(sender)],
        ["Reply to", sender.reply_to],
        ["Subject", content.subject],
        [
          "Template",
          template && address !== undefined && (
            <a href={address}>
              {launched_at === null || template_version === null
                ? template.name
                : `${template.name}, version ${template_version}`}
            </a>
          ),
        ],
        ...(policy ? [["Retries", describePolicy(policy)] as const] : []),
      ]}
    />
  );
}

/** An email as one of its recipients sees it. */
export function PreviewCard(props: { campaign: Campaign; preview: Preview }): Html {
  const { campaign, preview } = props;
  if (preview.kind !== "rendered")
    return (
      <Card title="Preview">
        <Callout tone={preview.kind === "faulty" ? "danger" : "info"}>
          {preview.kind === "faulty"
            ? preview.reason
            : "There is nobody in the audience to show it for."}
        </Callout>
      </Card>
    );
  return (
    <Card
      title={preview.subject === "" ? "No subject" : preview.subject}
      lead={
        <>
          {"As "}
          <a href={`/contacts/${preview.contact.id}`}>{preview.contact.email}</a>
          {" sees it"}
        </>
      }
    >
      <div class="stack">
        {preview.html === null ? (
          <CodeBlock label="Plain text" code={preview.text} wrap />
        ) : (
          <>
            <Frame src={`/campaigns/${campaign.id}/preview`} title="The email as it is seen" />
            <details class="disclosure">
              <summary>As plain text</summary>
              <CodeBlock label="Plain text" code={preview.text} wrap />
            </details>
          </>
        )}
      </div>
    </Card>
  );
}

export function senderText({ name, email }: { name: string; email: string }): string | undefined {
  if (email === "") return undefined;
  return name === "" ? email : `${name} <${email}>`;
}
