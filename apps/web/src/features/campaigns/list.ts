import type { CampaignState } from "../../campaign-words.ts";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { type CampaignOrder, countCampaigns, selectCampaignPage } from "./list-queries.ts";
import { type Campaign, selectCampaigns } from "./queries.ts";
import { MOVING } from "./standing.ts";

export type { CampaignOrder } from "./list-queries.ts";

/** A state, or "moving" for all of those that are under way. */
export type ListedState = CampaignState | "moving";

export interface CampaignFilter {
  /** What stands in the name, anywhere. */
  name?: string | undefined;
  state?: ListedState | undefined;
}

/** One page of the campaigns that pass the filter, and how many do in all. */
export async function listCampaigns(
  db: Queryable,
  { name, state }: CampaignFilter,
  order: CampaignOrder,
  page: PageRequest,
): Promise<{ page: Paged<Campaign>; total: number }> {
  const filter = { name, states: state === "moving" ? MOVING : state && [state] };
  const [rows, total] = await Promise.all([
    selectCampaignPage(db, filter, order, page),
    countCampaigns(db, filter),
  ]);
  return { page: rows, total };
}

/** Some campaigns, in no order; those that are gone are left out. */
export function readCampaigns(db: Queryable, ids: string[]): Promise<Campaign[]> {
  return ids.length === 0 ? Promise.resolve([]) : selectCampaigns(db, ids);
}
