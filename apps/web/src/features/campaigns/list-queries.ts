import { and, inArray, type SQL, sql } from "drizzle-orm";
import type { CampaignState } from "../../campaign-words.ts";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { campaign } from "../../db/schema/campaigns.ts";
import { type Campaign, CAMPAIGN_COLUMNS, campaignOf } from "./queries.ts";

export interface CampaignsSought {
  /** What stands in the name, anywhere. */
  name?: string | undefined;
  states?: readonly CampaignState[] | undefined;
}

export interface CampaignOrder {
  by: "created" | "name" | "audience";
  direction: "ascending" | "descending";
}

/** One page of the campaigns. There are thousands of them at most: their name is looked for in all. */
export async function selectCampaignPage(
  db: Queryable,
  filter: CampaignsSought,
  { by, direction }: CampaignOrder,
  page: PageRequest,
): Promise<Paged<Campaign>> {
  const key = KEYS[by];
  const slice = keyset({ ...(key && { key }), id: campaign.id, direction }, page);
  const rows = await db
    .select({ ...CAMPAIGN_COLUMNS, key: key ? sql<string>`(${key})::text` : sql<string>`''` })
    .from(campaign)
    .where(and(passes(filter), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...cursors } = toPage(rows, page, (row) => ({ key: row.key, id: row.id }));
  return { items: items.map(campaignOf), ...cursors };
}

export async function countCampaigns(db: Queryable, filter: CampaignsSought): Promise<number> {
  const [row] = await db
    .select({ campaigns: sql<number>`count(*)::integer` })
    .from(campaign)
    .where(passes(filter));
  return row?.campaigns ?? 0;
}

const KEYS: Readonly<Record<CampaignOrder["by"], SQL | undefined>> = {
  created: undefined,
  name: sql`(lower(${campaign.name}) COLLATE "C")`,
  audience: sql`${campaign.audience}`,
};

function passes({ name, states }: CampaignsSought): SQL | undefined {
  return and(
    states && inArray(campaign.state, [...states]),
    name === undefined || name === ""
      ? undefined
      : sql`lower(${campaign.name}) LIKE ${`%${name.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`,
  );
}
