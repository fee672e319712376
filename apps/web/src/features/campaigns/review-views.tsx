import type { Html } from "@mailwright/html";
import { AsOf } from "../../ui/as-of.tsx";
import { Callout } from "../../ui/banner.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { CsrfField } from "../../ui/form.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { guideAddress } from "../guides/guides.ts";
import type { Estimate } from "./audience.ts";
import { PreviewCard, senderText } from "./content-views.tsx";
import { ReadinessList } from "./overview-views.tsx";
import type { Review } from "./review.ts";
import { WHEN_UNCERTAIN } from "./words.ts";

export interface ReviewProps {
  review: Review;
  csrf: string;
  /** Why a launch that was just tried did not happen. */
  refusal?: string | undefined;
  now: number;
}

/** The last look before a campaign is launched. */
export function ReviewPage(props: ReviewProps): Html {
  const { review, refusal } = props;
  const { campaign, obstacles, warnings, content } = review;
  return (
    <>
      <PageHeader
        title={`Launch “${campaign.name}”?`}
        crumbs={[
          { href: "/campaigns", label: "Campaigns" },
          { href: `/campaigns/${campaign.id}`, label: campaign.name },
        ]}
        lead="Look it over once more: what was sent cannot be called back."
      />
      {refusal !== undefined && (
        <Callout tone="warning" title="It was not launched" focus>
          {refusal}
        </Callout>
      )}
      <div class="columns" data-split="aside">
        {content ? (
          <PreviewCard campaign={campaign} preview={content.preview} />
        ) : (
          <Card title="Preview">
            <p class="muted">No template is chosen, so there is nothing to show.</p>
          </Card>
        )}
        <div class="stack review-decision">
          <LaunchCard {...props} />
          <p class="muted small">
            New to this domain or this many people?{" "}
            <a href={guideAddress("deliverability")}>What mailbox providers ask for</a>
          </p>
          {obstacles.length > 0 && (
            <Card title="Before you can launch">
              <ReadinessList campaign={campaign} obstacles={obstacles} warnings={warnings} />
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

function LaunchCard(props: ReviewProps): Html {
  const { review, csrf } = props;
  const { campaign, content, estimate, gateway, obstacles, warnings, reviewed } = review;
  const base = `/campaigns/${campaign.id}`;
  return (
    <Card>
      <div class="stack">
        <AudienceFigure estimate={estimate} now={props.now} />
        <Definitions
          items={[
            ["To", campaign.segments.map(({ name }) => name).join(", ") || undefined],
            ["From", content && senderText(content.sender)],
            ["Reply to", content?.sender.reply_to],
            ["Subject", subjectOf(content)],
            ["Gateway", gateway],
            ["When uncertain", WHEN_UNCERTAIN[campaign.when_uncertain].label],
          ]}
        />
        {obstacles.length === 0 &&
          warnings.map(({ message }) => (
            <Callout tone="warning" title="It can be launched all the same">
              {message}
            </Callout>
          ))}
        {reviewed && (
          <form class="stack" data-gap="sm" method="post" action={`${base}/launch`}>
            <CsrfField csrf={csrf} />
            <input type="hidden" name="revision" value={reviewed.revision} />
            <input type="hidden" name="gateway_id" value={reviewed.gateway_id} />
            <Button variant="primary" icon="send">
              {launchWord(estimate)}
            </Button>
            <LinkButton href={base} variant="ghost">
              Not yet
            </LinkButton>
          </form>
        )}
        {!reviewed && <LinkButton href={base}>Back to the campaign</LinkButton>}
      </div>
    </Card>
  );
}

function AudienceFigure(props: { estimate: Estimate; now: number }): Html {
  const { estimate, now } = props;
  switch (estimate.kind) {
    case "counted":
      return (
        <p class="audience-figure">
          <strong>{formatCount(estimate.contacts - estimate.suppressed)}</strong>
          <span class="muted">
            {`${estimate.contacts - estimate.suppressed === 1 ? "recipient" : "recipients"}, each once`}
            {estimate.suppressed > 0 &&
              `; ${formatCount(estimate.suppressed)} suppressed and skipped`}
            {", "}
            <AsOf at={estimate.at} now={now} />
          </span>
        </p>
      );
    case "at most":
      return (
        <p class="audience-figure">
          <strong>{formatCount(estimate.contacts)}</strong>
          <span class="muted">recipients at most; the launch counts each of them once</span>
        </p>
      );
    case "too long":
      return (
        <p class="audience-figure">
          <span class="muted">The launch counts the recipients, each once.</span>
        </p>
      );
  }
}

function launchWord(estimate: Estimate): string {
  return estimate.kind === "counted"
    ? `Launch to ${formatPlural(estimate.contacts - estimate.suppressed, "recipient")}`
    : "Launch now";
}

function subjectOf(content: Review["content"]): string | undefined {
  if (content === undefined) return undefined;
  return content.preview.kind === "rendered" ? content.preview.subject : content.subject;
}
