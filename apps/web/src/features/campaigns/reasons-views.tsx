import type { Html } from "@mailwright/html";
import { EmailBadge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount, formatPercent } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Table } from "../../ui/table.tsx";
import { EMAIL_LOOKS, EMAIL_STATES_AS_SHOWN } from "../../ui/tone.ts";
import type { ReasonCount } from "../emails/emails.ts";
import { reasonOf } from "../emails/reasons.ts";
import type { Campaign } from "./campaigns.ts";
import type { CampaignProps } from "./detail-views.tsx";
import { RequeueLink } from "./requeue-link-views.tsx";
import { hasMuchWrong, isMoving, mayRequeue } from "./standing.ts";
import type { WentWrong } from "./what-went-wrong.ts";

interface ReasonsProps extends Pick<CampaignProps, "campaign" | "may"> {
  /** `later` when there is so much that it is fetched after the page. */
  wrong: WentWrong | "later";
}

/** How often what went wrong is counted again while emails still go out: little as long as it is little. */
const REFRESH = "every 5s";
const REFRESH_OF_MUCH = "every 30s";

/** What went wrong, by reason; it keeps itself up to date for as long as the campaign moves. */
export function Reasons(props: ReasonsProps): Html {
  const { campaign, wrong, may } = props;
  const address = `/campaigns/${campaign.id}/reasons`;
  const refresh = hasMuchWrong(campaign) ? REFRESH_OF_MUCH : REFRESH;
  const trigger = wrong === "later" ? "load" : isMoving(campaign.state) ? refresh : undefined;
  return (
    <div
      id="reasons"
      {...(trigger && {
        "hx-get": address,
        "hx-trigger": trigger,
        "hx-target": "this",
        "hx-swap": "outerHTML",
      })}
    >
      {wrong === "later" ? (
        <Card title="What went wrong">
          <Skeleton label="Counting the reasons" />
          <noscript>
            <a href={address}>Count the reasons</a>
          </noscript>
        </Card>
      ) : (
        <ReasonTable campaign={campaign} may={may} {...wrong} />
      )}
    </div>
  );
}

/** Each reason leads to its emails. */
function ReasonTable(props: Omit<ReasonsProps, "wrong"> & WentWrong): Html {
  const { campaign, reasons, may } = props;
  const { id, counts, audience, state } = campaign;
  const again = may.send && mayRequeue(state);
  return (
    <Card
      title="What went wrong"
      flush
      foot={arrivedAllTheSame(props.mayHaveArrived)}
      actions={
        again && (
          <>
            {counts.uncertain > 0 && <RequeueLink campaign={id} state="uncertain" size="sm" />}
            {counts.failed > 0 && <RequeueLink campaign={id} state="failed" size="sm" />}
          </>
        )
      }
    >
      <Table
        caption="Reasons"
        rows={reasons}
        href={(reason) => reasonAddress(id, reason)}
        empty={<NothingWrong campaign={campaign} />}
        columns={[
          {
            label: "Reason",
            primary: true,
            cell: (reason) =>
              reason.state === "skipped" && reason.code === "suppressed"
                ? "The address is suppressed"
                : reasonOf({
                    state: reason.state,
                    error_code: reason.code,
                    error_detail: null,
                    attempt: 0,
                  }),
          },
          { label: "State", cell: (reason) => <EmailBadge state={reason.state} /> },
          { label: "Emails", align: "end", cell: ({ emails }) => formatCount(emails) },
          {
            label: "Of the audience",
            align: "end",
            wide: true,
            cell: ({ emails }) => formatPercent(emails, audience),
          },
        ]}
      />
    </Card>
  );
}

/** What their states do not say of those that are counted in them; nothing where there is nothing to say. */
function arrivedAllTheSame(counts: WentWrong["mayHaveArrived"]): string | undefined {
  if (counts === "too long")
    return "How many of those that failed, were skipped or cancelled may have arrived all the same takes too long to count; the page of each says it.";
  const parts = EMAIL_STATES_AS_SHOWN.flatMap((state) => {
    const emails = counts[state];
    return emails === undefined
      ? []
      : `${formatCount(emails)} ${EMAIL_LOOKS[state].label.toLowerCase()}`;
  });
  return parts.length === 0
    ? undefined
    : `May have arrived all the same: ${parts.join(", ")}. Nobody can tell what became of an earlier attempt of theirs, or it became known later that the gateway had accepted one; the page of each says which.`;
}

function reasonAddress(id: string, { state, code }: ReasonCount): string {
  const query = new URLSearchParams({ state, reason: code });
  return `/campaigns/${id}/recipients?${query}`;
}

function NothingWrong(props: { campaign: Campaign }): Html {
  const { state } = props.campaign;
  return (
    <EmptyState
      icon="circle-check"
      title={state === "finished" ? "Nothing went wrong" : "Nothing has gone wrong so far"}
    >
      Emails that fail, are skipped or end uncertain are listed here by their reason.
    </EmptyState>
  );
}
