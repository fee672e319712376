import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { listAnswer, ListOf } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { apiSorted } from "../../http/sorting.ts";
import { activityOf } from "./activity.ts";
import {
  type Campaign,
  changeCampaign,
  createCampaign,
  duplicateCampaign,
  readCampaign,
} from "./campaigns.ts";
import { deleteCampaign } from "./deletion.ts";
import {
  ActivityView,
  CAMPAIGN_SORTS,
  CampaignChanges,
  CampaignListQuery,
  CampaignView,
  NewCampaign,
} from "./forms.ts";
import { listCampaigns } from "./list.ts";
import { describeState } from "./words.ts";

const TAGS = ["Campaigns"];

/** Campaigns over the API; the orders to them are in orders-api.ts. */
export function campaignsApi(context: Context) {
  const { db, work } = context;
  return new Elysia({ name: "campaigns-api", prefix: "/api/v1/campaigns" })
    .use(api(context))
    .get(
      "/",
      async ({ query }) => {
        const filter = { name: query.search ?? query.q, state: query.state };
        const { order, page: asked } = apiSorted(query, CAMPAIGN_SORTS);
        const { page } = await listCampaigns(db, filter, order, asked);
        return listAnswer(page, campaignView);
      },
      {
        permission: "campaigns:read",
        query: CampaignListQuery,
        response: { 200: ListOf(CampaignView) },
        detail: { summary: "List campaigns, the newest first unless sorted otherwise", tags: TAGS },
      },
    )
    .post(
      "/",
      async ({ body, actor, status }) => {
        const draft = { gateway_id: null, when_uncertain: "hold", ...body } as const;
        const created = await createCampaign(context, draft, actor.name);
        if (created.kind === "refused") throw new InvalidInputError({ ...created.faults });
        return status(201, campaignView(found(await readCampaign(db, created.id))));
      },
      {
        permission: "campaigns:write",
        body: NewCampaign,
        response: { 201: CampaignView },
        detail: { summary: "Make a draft", tags: TAGS },
      },
    )
    .get("/:id", async ({ params }) => campaignView(found(await readCampaign(db, params.id))), {
      permission: "campaigns:read",
      params: ById,
      response: { 200: CampaignView },
      detail: { summary: "Read a campaign and its counts", tags: TAGS },
    })
    .patch(
      "/:id",
      async ({ params, body: { revision, ...changes }, actor }) => {
        const changed = await changeCampaign(context, params.id, changes, actor.name, revision);
        switch (changed.kind) {
          case "changed":
            return campaignView(found(await readCampaign(db, params.id)));
          case "unknown":
            throw new NotFoundError();
          case "refused":
            throw new InvalidInputError({ ...changed.faults });
          case "not a draft":
            throw new ConflictError(`Only a draft can be changed. ${describeState(changed.state)}`);
          case "changed meanwhile":
            throw new ConflictError(
              "Somebody else changed the draft meanwhile. Read it, and make the change from there.",
            );
        }
      },
      {
        permission: "campaigns:write",
        params: ById,
        body: CampaignChanges,
        response: { 200: CampaignView },
        detail: { summary: "Change a draft", tags: TAGS },
      },
    )
    .delete(
      "/:id",
      async ({ params, status }) => {
        const deletion = await deleteCampaign(db, params.id);
        if (deletion.kind === "unknown") throw new NotFoundError();
        if (deletion.kind === "refused")
          throw new ConflictError(`${deletion.why} ${describeState(deletion.state)}`);
        work.announce();
        return status(204, undefined);
      },
      {
        permission: "campaigns:write",
        params: ById,
        response: { 204: Type.Undefined({ description: "Deleted" }) },
        detail: { summary: "Delete a draft or a campaign that has ended", tags: TAGS },
      },
    )
    .get(
      "/:id/activity",
      async ({ params }) => {
        const { id } = found(await readCampaign(db, params.id));
        const items = await activityOf(db, id);
        return { items: items.map(({ at, ...entry }) => ({ at: at.toISOString(), ...entry })) };
      },
      {
        permission: "campaigns:read",
        params: ById,
        response: { 200: ActivityView },
        detail: {
          summary: "List who did what to a campaign, the newest first",
          description: "The last hundred things that were done to it as a whole.",
          tags: TAGS,
        },
      },
    )
    .post(
      "/:id/duplicate",
      async ({ params, actor, status }) => {
        const copy = await duplicateCampaign(db, params.id, actor.name);
        if (copy.kind === "unknown") throw new NotFoundError();
        return status(201, campaignView(found(await readCampaign(db, copy.id))));
      },
      {
        permission: "campaigns:write",
        params: ById,
        response: { 201: CampaignView },
        detail: { summary: "Make a draft like this campaign", tags: TAGS },
      },
    );
}

/** A campaign as the API shows it. */
export function campaignView(campaign: Campaign) {
  const { template, segments, created_by: _by, content_hash: _hash, ...rest } = campaign;
  const { segment_names: _names, gateway_by_default: _byDefault, ...shown } = rest;
  return {
    ...shown,
    template_id: template?.id ?? null,
    segment_ids: segments.map(({ id }) => id),
    created_at: campaign.created_at.toISOString(),
    updated_at: campaign.updated_at.toISOString(),
    launched_at: campaign.launched_at?.toISOString() ?? null,
    finished_at: campaign.finished_at?.toISOString() ?? null,
  };
}
