import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ROUTE } from "@mailwright/protocol";
import { campaignFixture, settingsWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { handOverNext } from "../dispatch/handover.ts";
import { changeCampaign, readCampaign } from "./campaigns.ts";

test("the batches of a campaign name the gateway or the route that it names, launched by the page or by the API", async () => {
  await using at = await campaignFixture(2);
  const { context, standIn } = at;
  const [second, route] = [newId(), newId()];
  const { gateways, kinds } = settingsWith(at.gateway);
  const others = [
    { id: second, name: "Second" },
    { id: route, name: "Both", kind: ROUTE, settings: {}, members: [at.gateway, second] },
  ].map((other) => ({ ...gateways[0], default: false, ...other }));
  standIn.answerAlways("GET /v1/settings", { gateways: [...gateways, ...others], kinds });
  await context.gatewayWatch.refresh();
  const editor = await signedInClient(context, "editor");
  const { call } = await apiClient(context, "editor");
  const ways = [
    (id: string) => editor.post(`/campaigns/${id}/launch`),
    (id: string) => call("POST", `/api/v1/campaigns/${id}/launch`),
  ];
  for (const launch of ways)
    for (const gateway of [second, route, at.gateway]) {
      const id = await at.draft();
      const named = gateway === at.gateway ? null : gateway;
      await changeCampaign(context, id, { gateway_id: named }, "Anna");
      expect([303, 202]).toContain((await launch(id)).status);
      await freezeLaunched(context);
      while ((await handOverNext(context)).kind === "handed");
      const batches = standIn.batches.filter(({ campaign }) => campaign === id);
      expect(batches.map((batch) => batch.gateway)).toEqual([gateway]);
      expect((await readCampaign(context.db, id))?.gateway_id).toBe(gateway);
    }
});
