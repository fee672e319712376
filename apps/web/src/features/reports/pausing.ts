import type { Log } from "@mailwright/platform";
import { isUnauthenticated } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import type { DomainOutcomes } from "../../db/schema/campaigns.ts";
import { noteActivity, SYSTEM } from "../campaigns/activity.ts";
import type { EmailFact } from "../emails/facts.ts";
import { guideAddress } from "../guides/guides.ts";
import { countRefusals, type MovedCampaign } from "./queries.ts";
import { type SenderNews, selectToldRefusals, updateWatched } from "./sender-refusal-queries.ts";
import { EVERYWHERE, judge } from "./sender-refusals.ts";

/** So many refusals of our credentials in a row, and no acceptance between them, pause a campaign. */
export const REFUSALS_LIMIT = 20;

const CREDENTIALS_REFUSED =
  "The gateway refused our credentials or our account again and again; its check in the settings says which. Mend that, then resume.";

/**
 * Pauses campaigns whose gateway refuses our credentials. This and what follows: in the transaction of the caller, who has the
 * campaigns locked.
 */
export async function pauseForCredentials(
  tx: Queryable,
  log: Log,
  campaigns: readonly MovedCampaign[],
): Promise<void> {
  const concerned = campaigns.filter(
    ({ refused, refused_in_a_row }) => refused > 0 || refused_in_a_row > 0,
  );
  if (concerned.length === 0) return;
  const why = CREDENTIALS_REFUSED;
  for (const campaign of await countRefusals(tx, concerned, REFUSALS_LIMIT, why)) {
    log.error({ campaign }, "a campaign is paused: its gateway refuses our credentials");
    await noteActivity(tx, campaign, SYSTEM, "paused", { why });
  }
}

/** Pauses campaigns whose sender's authentication is refused by a domain that many of their recipients have. */
export async function pauseForSender(
  tx: Queryable,
  log: Log,
  senders: readonly SenderNews[],
): Promise<void> {
  for (const { id, audience, watched, news } of senders) {
    const judgement = judge(watched ?? [], news, audience);
    const why = judgement.refusing && senderRefused(judgement.refusing);
    if (why === undefined && Bun.deepEquals(judgement.watched, watched ?? [])) continue;
    const paused = await updateWatched(tx, id, judgement.watched, why);
    if (!paused || why === undefined) continue;
    log.error({ campaign: id }, "a campaign is paused: its sender's authentication is refused");
    await noteActivity(tx, id, SYSTEM, "paused", { why });
  }
}

/** The same by what is told later of emails that their gateway had accepted: it only handed them on. */
export async function pauseForToldRefusals(
  tx: Queryable,
  log: Log,
  facts: readonly EmailFact[],
): Promise<void> {
  const refusals = facts.filter(
    ({ kind, detail }) => kind === "bounced" && isUnauthenticated(String(detail["status"])),
  );
  if (refusals.length > 0) await pauseForSender(tx, log, await selectToldRefusals(tx, refusals));
}

function senderRefused({ domain, refused, accepted }: DomainOutcomes): string {
  const who = domain === EVERYWHERE ? "Most mail servers refuse" : `${domain} refuses`;
  return `${who} these emails because their sender is not authenticated: ${refused} of the last ${refused + accepted}. Publish SPF and DMARC for the domain of the From address and have emails signed by its DKIM key (${guideAddress("authentication")} says how), then resume and send the failed ones again.`;
}
