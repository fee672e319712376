import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found } from "../../http/faults.ts";
import { foreignDocument, fragment } from "../../http/html.ts";
import { wantsFragment } from "../../http/htmx.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { ById } from "../../http/params.ts";
import { countFacts } from "../emails/facts.ts";
import { activityOf } from "./activity.ts";
import { ActivityPage } from "./activity-views.tsx";
import { estimateAudience } from "./audience.ts";
import { type Campaign, readCampaign } from "./campaigns.ts";
import { ContentPage } from "./content-views.tsx";
import { CampaignPage } from "./detail-views.tsx";
import { SHOWN_FACTS } from "./facts-views.tsx";
import { readReadiness } from "./launch.ts";
import { OverviewPage } from "./overview-views.tsx";
import { readContent } from "./preview.ts";
import { Reasons } from "./reasons-views.tsx";
import { gatewayName } from "./review.ts";
import { hasMuchWrong } from "./standing.ts";
import { whatWentWrong } from "./what-went-wrong.ts";

/** One campaign: how it stands, what it sends, what was done to it. */
export function detailPages(context: Context) {
  const { db, clock, campaignWatch, gatewayWatch } = context;
  const readOne = { permission: "campaigns:read", params: ById } as const;

  return new Elysia({ name: "campaign-details", prefix: "/campaigns" })
    .use(pages(context))
    .get(
      "/:id",
      async (tools) => {
        const { campaign, pace } = found(await campaignWatch.look(tools.params.id));
        const [gateway, facts, wrong, readiness] = await Promise.all([
          gatewayName(gatewayWatch, campaign),
          countFacts(db, campaign.id, SHOWN_FACTS),
          hasMuchWrong(campaign) ? ("later" as const) : whatWentWrong(db, campaign),
          campaign.state === "draft" ? readinessOf(context, campaign) : undefined,
        ]);
        return tools.show(
          { title: campaign.name },
          <OverviewPage
            {...campaignProps(tools, campaign, clock.now())}
            pace={pace}
            gateway={gateway}
            facts={facts}
            wrong={wrong}
            readiness={readiness}
          />,
        );
      },
      readOne,
    )
    .get(
      "/:id/reasons",
      async (tools) => {
        const campaign = found(await readCampaign(db, tools.params.id));
        const props = campaignProps(tools, campaign, clock.now());
        const reasons = <Reasons {...props} wrong={await whatWentWrong(db, campaign)} />;
        if (wantsFragment(tools.request)) return fragment(reasons);
        return tools.show(
          { title: campaign.name },
          <CampaignPage {...props} part="overview">
            {reasons}
          </CampaignPage>,
        );
      },
      readOne,
    )
    .get(
      "/:id/content",
      async (tools) => {
        const campaign = found(await readCampaign(db, tools.params.id));
        return tools.show(
          { title: `Content of ${campaign.name}` },
          <ContentPage
            {...campaignProps(tools, campaign, clock.now())}
            content={await readContent(db, campaign)}
          />,
        );
      },
      readOne,
    )
    .get(
      "/:id/preview",
      async ({ params }) => {
        const campaign = found(await readCampaign(db, params.id));
        const preview = (await readContent(db, campaign))?.preview;
        return foreignDocument((preview?.kind === "rendered" && preview.html) || "");
      },
      readOne,
    )
    .get(
      "/:id/activity",
      async (tools) => {
        const campaign = found(await readCampaign(db, tools.params.id));
        return tools.show(
          { title: `Activity of ${campaign.name}` },
          <ActivityPage
            {...campaignProps(tools, campaign, clock.now())}
            activity={await activityOf(db, campaign.id)}
          />,
        );
      },
      readOne,
    );
}

/** What every page of one campaign is given. */
export function campaignProps({ csrf, user }: PageTools, campaign: Campaign, now: number) {
  const may = { write: can(user, "campaigns:write"), send: can(user, "campaigns:send") };
  return { campaign, csrf, now, may };
}

async function readinessOf(context: Context, { id, segments }: Campaign) {
  const [readiness, estimate] = await Promise.all([
    readReadiness(context, id),
    estimateAudience(
      context,
      segments.map((segment) => segment.id),
    ),
  ]);
  return { ...readiness, estimate };
}
