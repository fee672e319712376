import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import {
  type CampaignFilter,
  type CampaignOrder,
  countCampaigns,
  selectCampaignPage,
} from "./list-queries.ts";
import { type Campaign, selectCampaigns } from "./queries.ts";

export type { CampaignFilter, CampaignOrder } from "./list-queries.ts";

/** One page of the campaigns that pass the filter, and how many do in all. */
export async function listCampaigns(
  db: Queryable,
  filter: CampaignFilter,
  order: CampaignOrder,
  page: PageRequest,
): Promise<{ page: Paged<Campaign>; total: number }> {
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
