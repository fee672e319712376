import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { type CampaignFixture, campaignFixture } from "../../testing/campaigns.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { changeCampaign, readCampaign } from "./campaigns.ts";
import { launchCampaign } from "./launch.ts";
import { cancelCampaign } from "./steering.ts";

/** The two ways in which a launch comes to nothing. */
const WAYS = {
  "that somebody cancels": ({ context: { db } }: CampaignFixture, id: string) =>
    cancelCampaign(db, id, "Bo"),
  "to nobody": async ({ context }: CampaignFixture) => {
    await context.db.execute(sql`DELETE FROM "segment_contact"`);
    await freezeLaunched(context);
  },
};

for (const [launch, takeBack] of Object.entries(WAYS)) {
  test(`a launch ${launch} leaves the draft with the gateway that its editor chose: the default, or one by name`, async () => {
    await using at = await campaignFixture(2);
    const { context, gateway } = at;
    for (const chosen of [null, gateway]) {
      const id = await at.draft();
      await changeCampaign(context, id, { gateway_id: chosen }, "Anna");
      // The second time it is the same draft again: nothing of the first launch may decide for it.
      for (let round = 0; round < 2; round++) {
        await context.db.execute(
          sql`INSERT INTO "segment_contact" ("segment_id", "contact_id") SELECT ${at.segment}::uuid, "id" FROM "contact" ON CONFLICT DO NOTHING`,
        );
        expect(await launchCampaign(context, id, "Anna")).toEqual({ kind: "launching" });
        expect((await readCampaign(context.db, id))?.gateway_id).toBe(gateway);
        await takeBack(at, id);
        const { state, gateway_id } = (await readCampaign(context.db, id)) ?? {};
        expect({ state, gateway_id }).toEqual({ state: "draft", gateway_id: chosen });
      }
    }
  });
}
