import type { Html } from "@mailwright/html";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { formatCount, formatPercent } from "../../ui/format.ts";
import { FACT_LOOKS } from "../emails/fact-words.ts";
import type { EmailFactKind } from "../emails/facts.ts";

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

/** What came back of a campaign: what recipients did and gateways told. Nothing while there is nothing to tell. */
export function Facts(props: { campaign: string; facts: FactCounts; sent: number }): Html | null {
  const { campaign, facts, sent } = props;
  const known = SHOWN_FACTS.filter((kind) => facts[kind] !== undefined);
  if (known.length === 0) return null;
  return (
    <Card title="What came back" lead="Of the emails that were sent, each counted once.">
      <Definitions
        items={known.map((kind) => {
          const emails = facts[kind] ?? 0;
          const share = sent > 0 ? ` (${formatPercent(emails, sent)})` : "";
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
