import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api, orEmpty } from "../../http/api.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { ById } from "../../http/params.ts";
import { formatPlural } from "../../ui/format.ts";
import { campaignView } from "./api.ts";
import { readCampaign } from "./campaigns.ts";
import { CampaignView, LaunchInput, RequeueInput } from "./forms.ts";
import { launchCampaign } from "./launch.ts";
import { giveOrder, type Order, requeueInTime, requeueUnlessTwice } from "./orders.ts";
import { countRequeueable } from "./requeue.ts";
import { describeParts, describeState } from "./words.ts";

/** Orders to campaigns over the API. Each answers 202, or 409 with why not; what is ordered goes on after the answer. */
export function campaignOrdersApi(context: Context) {
  const { db, work } = context;
  async function obey(order: Order, id: string, actor: string) {
    const outcome = await giveOrder(context, order, id, actor);
    if (outcome.kind === "unknown") throw new NotFoundError();
    if (outcome.kind === "obstructed") throw new ConflictError(outcome.message);
    if (outcome.kind === "refused")
      throw new ConflictError(`${outcome.why} ${describeState(outcome.state)}`);
    return campaignView(found(await readCampaign(db, id)));
  }

  return new Elysia({ name: "campaign-orders-api", prefix: "/api/v1/campaigns" })
    .use(api(context))
    .post(
      "/:id/launch",
      async ({ params, body, actor, status }) => {
        const launch = await launchCampaign(context, params.id, actor.name, body);
        switch (launch.kind) {
          case "launching":
            work.announce();
            return status(202, campaignView(found(await readCampaign(db, params.id))));
          case "unknown":
            throw new NotFoundError();
          case "not a draft":
            throw new ConflictError(
              `A campaign is launched once, and this one was. ${describeState(launch.state)}`,
            );
          case "changed meanwhile":
            throw new ConflictError(
              launch.what.length === 0
                ? "The revision is none that this version of Mailwright wrote. Read the draft again, then launch it."
                : `Somebody changed ${describeParts(launch.what)} meanwhile. Look at it again, then launch it.`,
            );
          case "not ready":
            throw new ConflictError(launch.obstacles.map(({ message }) => message).join(" "));
        }
      },
      {
        ...ordered("Launch a draft"),
        body: LaunchInput,
        transform: orEmpty,
        detail: {
          summary: "Launch a draft",
          description:
            "With the revision that was read, only if it would send the same to the same segments as then. A draft that names no gateway goes through the default one; with a gateway_id, only through that.",
          requestBody: { required: false, content: {} },
          tags: ["Campaigns"],
        },
      },
    )
    .post(
      "/:id/pause",
      async ({ params, actor, status }) => status(202, await obey("pause", params.id, actor.name)),
      ordered("Pause a campaign that is sending"),
    )
    .delete(
      "/:id/pause",
      async ({ params, actor, status }) => status(202, await obey("resume", params.id, actor.name)),
      ordered("Resume a paused campaign"),
    )
    .post(
      "/:id/cancel",
      async ({ params, actor, status }) => status(202, await obey("cancel", params.id, actor.name)),
      ordered("Cancel a campaign: what is still open is not sent"),
    )
    .post(
      "/:id/requeue",
      async ({ params, body, actor, status }) => {
        const { states, email_ids } = body;
        // Whoever names uncertain ones has chosen so.
        const perhapsTwice = body.perhaps_twice ?? states.includes("uncertain");
        const campaign = found(await readCampaign(db, params.id));
        const expected = await countRequeueable(db, campaign, states, email_ids);
        const again = perhapsTwice ? requeueInTime : requeueUnlessTwice;
        const requeue = await again(context, params.id, actor.name, states, email_ids);
        if (requeue.kind === "unknown") throw new NotFoundError();
        if (requeue.kind === "perhaps twice")
          throw new ConflictError(
            `${requeue.emails === "too long" ? "Some" : formatPlural(requeue.emails, "email")} among them may have arrived before, and would perhaps arrive twice. None was sent again: say "perhaps_twice": true to send them all the same.`,
          );
        if (requeue.kind === "obstructed") throw new ConflictError(requeue.message);
        if (requeue.kind === "refused")
          throw new ConflictError(`${requeue.why} ${describeState(requeue.state)}`);
        return status(202, {
          requeued: requeue.kind === "requeued" ? requeue.emails : expected,
        });
      },
      {
        permission: "campaigns:send",
        params: ById,
        body: RequeueInput,
        response: {
          202: Type.Object({
            requeued: Type.Integer({
              description: "How many; of very many, how many it is going to be.",
            }),
          }),
        },
        detail: {
          summary: "Send failed or uncertain emails again; what may have arrived may arrive twice",
          tags: ["Campaigns"],
        },
      },
    );
}

function ordered(summary: string) {
  return {
    permission: "campaigns:send" as const,
    params: ById,
    response: { 202: CampaignView },
    detail: { summary, tags: ["Campaigns"] },
  };
}
