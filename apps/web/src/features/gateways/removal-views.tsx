import type { Children, Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Gateway } from "./gateways.ts";
import { GATEWAYS } from "./list-views.tsx";
import type { GatewayCampaign, GatewayUse } from "./removal.ts";

export interface RemovalProps {
  csrf: string;
  gateway: Gateway;
  use: GatewayUse;
  /** Which gateway becomes the default instead. */
  next: Gateway | undefined;
}

/** The question before a gateway is removed; or, while campaigns are on their way through it, why it cannot be. */
export function RemovalPage(props: RemovalProps): Html {
  const { csrf, gateway, use } = props;
  if (use.running.total > 0) return <InUse gateway={gateway} running={use.running} />;
  return (
    <Confirm
      title={`Remove the gateway “${gateway.name}”?`}
      action={`${GATEWAYS}/${gateway.id}/remove`}
      csrf={csrf}
      cancel={GATEWAYS}
      confirm="Remove gateway"
      danger
      consequences={consequences(props)}
    >
      What was sent through it stays in the ledger.
    </Confirm>
  );
}

function consequences({ gateway, use, next }: RemovalProps): Children[] {
  const { drafts, requeueable } = use;
  return [
    "Its settings and its stored secrets.",
    drafts.total > 0 && (
      <>
        {`${formatPlural(drafts.total, "draft")} would have gone through it: `}
        <Campaigns {...drafts} />
      </>
    ),
    requeueable > 0 &&
      `The failed and uncertain emails of ${formatPlural(requeueable, "ended campaign")} cannot be sent again through it.`,
    gateway.default &&
      (next
        ? `“${next.name}” becomes the default.`
        : "No gateway is left, so campaigns cannot be launched."),
  ].filter((line) => line !== false);
}

/** It takes the place of the question, in the dialog too, and so has its id. */
function InUse(props: { gateway: Gateway; running: GatewayUse["running"] }): Html {
  return (
    <section class="confirm" id="confirm">
      <span class="confirm-icon" data-tone="warning">
        <Icon name="lock" size="lg" />
      </span>
      <div class="confirm-text">
        <h1 id="confirm-title">{`“${props.gateway.name}” is in use`}</h1>
        <p>
          {`${formatPlural(props.running.total, "campaign is", "campaigns are")} on the way through it: `}
          <Campaigns {...props.running} />
        </p>
        <p>
          Without it emails on the way would neither be sent nor come to an end. Wait, or cancel
          first.
        </p>
      </div>
      <div class="confirm-actions">
        <LinkButton href={GATEWAYS} variant="primary" data-closes-dialog>
          All right
        </LinkButton>
      </div>
    </section>
  );
}

function Campaigns(props: { campaigns: readonly GatewayCampaign[]; total: number }): Html {
  const more = props.total - props.campaigns.length;
  return (
    <>
      {props.campaigns.map(({ id, name }, index) => (
        <>
          {index > 0 && ", "}
          <a href={`/campaigns/${id}`}>{name}</a>
        </>
      ))}
      {more > 0 && ` and ${more} more`}.
    </>
  );
}
