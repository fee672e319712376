import type { EmailFactKind } from "../../campaign-words.ts";
import type { EmailState } from "@mailwright/email_machine";
import type { Html } from "@mailwright/html";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { formatCount, formatPercent } from "../../ui/format.ts";
import { FACT_LOOKS } from "../emails/fact-words.ts";

/** How many emails of a campaign each kind of fact is known of. */
export type FactCounts = Partial<Record<EmailFactKind, number>>;

/** What is counted while the page waits: few emails of any campaign are so, other than delivered. */
export const SHOWN_FACTS = [
  "unsubscribed",
  "left segments",
  "resubscribed",
  "bounced",
  "complained",
] as const satisfies readonly EmailFactKind[];

/**
 * What came back of a campaign: what recipients did and gateways told. Nothing while there is nothing to tell. A share is of those
 * that were sent, failed or are uncertain: a server that knows no such mailbox says so at once or later, and it is a bounce either way.
 */
export function Facts(props: {
  campaign: string;
  facts: FactCounts;
  counts: Record<EmailState, number>;
}): Html | null {
  const { campaign, facts, counts } = props;
  const known = SHOWN_FACTS.filter((kind) => facts[kind] !== undefined);
  if (known.length === 0) return null;
  const tried = counts.sent + counts.failed + counts.uncertain;
  return (
    <Card
      title="What came back"
      lead="Each email counts once. Percentages are of those that were sent, failed or are uncertain."
    >
      <Definitions
        items={known.map((kind) => {
          const emails = facts[kind] ?? 0;
          const share = tried > 0 ? ` (${formatPercent(emails, tried)})` : "";
          return [
            FACT_LOOKS[kind].plural,
            <a href={`/campaigns/${campaign}/recipients?${new URLSearchParams({ fact: kind })}`}>
              {`${formatCount(emails)}${share}`}
            </a>,
          ];
        })}
      />
    </Card>
  );
}
