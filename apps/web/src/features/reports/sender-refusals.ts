import type { DomainOutcomes } from "../../db/schema/campaigns.ts";

/** All domains together: where many small ones refuse a sender, none of them does so often. */
export const EVERYWHERE = "";

export const SENDER_REFUSALS = {
  /**
   * So many refusals of the sender's authentication pause a campaign, or this part of its audience where that is more: a
   * single company whose server is at odds with ours must not stop a campaign to a million.
   */
  least: 20,
  ofAudience: 1 / 1_000,
  /** And at least this part of the emails to that domain. */
  share: 1 / 2,
  /** Counted anew after so many times as many emails to it, so that only what came lately counts. */
  sample: 5,
  /** So many domains are watched, those that refuse the most. */
  domains: 100,
};

/** What comes of news: what is watched from now on, and the domain because of which a campaign is not to go on. */
export interface Judgement {
  watched: DomainOutcomes[];
  refusing?: DomainOutcomes;
}

/**
 * Judges what emails of a campaign came to by the domains of their recipients. A domain is watched from its first refusal on,
 * with all that it accepts meanwhile, until it is refusing or its sample is full. `accepted` of news is below zero where a
 * gateway had accepted what was refused later.
 */
export function judge(
  watched: readonly DomainOutcomes[],
  news: readonly DomainOutcomes[],
  audience: number,
): Judgement {
  const limit = limitFor(audience);
  const domains = new Map(watched.map((each) => [each.domain, each]));
  for (const each of [allOf(news), ...news.filter(({ domain }) => domain !== EVERYWHERE)]) {
    const before = domains.get(each.domain);
    if (before === undefined && each.refused === 0) continue;
    const sum = sumOf(before ?? NOTHING, each);
    domains.set(each.domain, { ...sum, accepted: Math.max(0, sum.accepted) });
  }
  const worst = [...domains.values()].toSorted((one, other) => other.refused - one.refused);
  const refusing = worst.filter((each) => isRefusing(each, limit));
  const named = refusing.find(({ domain }) => domain !== EVERYWHERE) ?? refusing[0];
  return {
    watched: worst
      .filter(({ refused, accepted }) => refused + accepted < limit * SENDER_REFUSALS.sample)
      .slice(0, SENDER_REFUSALS.domains),
    ...(named !== undefined && { refusing: named }),
  };
}

function limitFor(audience: number): number {
  return Math.max(SENDER_REFUSALS.least, Math.ceil(audience * SENDER_REFUSALS.ofAudience));
}

function isRefusing({ refused, accepted }: DomainOutcomes, limit: number): boolean {
  return refused >= limit && refused >= (refused + accepted) * SENDER_REFUSALS.share;
}

function allOf(news: readonly DomainOutcomes[]): DomainOutcomes {
  return news.reduce((sum, each) => sumOf(sum, { ...each, domain: EVERYWHERE }), NOTHING);
}

const NOTHING: DomainOutcomes = { domain: EVERYWHERE, refused: 0, accepted: 0 };

function sumOf(before: DomainOutcomes, more: DomainOutcomes): DomainOutcomes {
  return {
    domain: more.domain,
    refused: before.refused + more.refused,
    accepted: before.accepted + more.accepted,
  };
}
