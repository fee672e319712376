import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { ConflictError, found, NotFoundError, RequestError } from "../../http/faults.ts";
import type { Flash } from "../../http/flash.ts";
import { parseForm } from "../../http/forms.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { ById } from "../../http/params.ts";
import { formatPlural } from "../../ui/format.ts";
import { howManyMayHaveArrived } from "../emails/arrivals.ts";
import { type Campaign, readCampaign } from "./campaigns.ts";
import {
  CancelConfirm,
  requeueAddress,
  RequeueConfirm,
  type RequeueQuestion,
} from "./confirm-views.tsx";
import { RequeueInput } from "./forms.ts";
import { launchCampaign } from "./launch.ts";
import { giveOrder, type Order, requeueInTime, requeueUnlessTwice } from "./orders.ts";
import { countRequeueable } from "./requeue.ts";
import { reviewLaunch } from "./review.ts";
import { ReviewPage } from "./review-views.tsx";
import type { DraftPart } from "./revision.ts";
import { mayRequeue } from "./standing.ts";
import { describeParts, describeState } from "./words.ts";

/** The orders that are given to a campaign: launch, pause, resume, cancel, send again. */
export function orderPages(context: Context) {
  const { clock, db, work } = context;
  const sendOne = { permission: "campaigns:send", params: ById } as const;

  async function showReview(tools: PageTools, id: string, refusal?: string) {
    const review = found(await reviewLaunch(context, id));
    const { name } = review.campaign;
    return tools.show(
      { title: `Launch ${name}`, ...(refusal !== undefined && { status: 409 }) },
      <ReviewPage review={review} csrf={tools.csrf} refusal={refusal} now={clock.now()} />,
    );
  }

  /** An order whose answer is the campaign's page. */
  function order(order: Order, said: { confirmed: string; given: string }) {
    return async ({ params, user, leave }: PageTools & { params: { id: string } }) => {
      const ordered = await giveOrder(context, order, params.id, user.name);
      if (ordered.kind === "unknown") throw new NotFoundError();
      if (ordered.kind === "obstructed") throw new ConflictError(ordered.message);
      if (ordered.kind === "refused")
        throw new ConflictError(`${ordered.why} ${describeState(ordered.state)}`);
      if ((await readCampaign(db, params.id))?.state === "draft")
        return leave(`/campaigns/${params.id}`, "The launch was taken back. It is a draft again.");
      const message: Flash = ordered.confirmed
        ? { tone: "success", message: said.confirmed }
        : { tone: "warning", message: `${said.given} ${NOT_CONFIRMED}` };
      return leave(`/campaigns/${params.id}`, message);
    };
  }

  return new Elysia({ name: "campaign-orders", prefix: "/campaigns" })
    .use(pages(context))
    .get(
      "/:id/launch",
      async (tools) => {
        const campaign = found(await readCampaign(db, tools.params.id));
        if (campaign.state !== "draft") throw new ConflictError(launchedAlready(campaign.state));
        return showReview(tools, campaign.id);
      },
      sendOne,
    )
    .post(
      "/:id/launch",
      async (tools) => {
        const { id } = tools.params;
        const launch = await launchCampaign(context, id, tools.user.name, {
          revision: tools.form.get("revision") ?? undefined,
          gateway_id: tools.form.get("gateway_id") ?? undefined,
        });
        switch (launch.kind) {
          case "launching":
            work.announce();
            return tools.leave(`/campaigns/${id}`, "The campaign is launched.");
          case "unknown":
            throw new NotFoundError();
          case "not a draft":
            throw new ConflictError(launchedAlready(launch.state));
          case "changed meanwhile":
            return showReview(tools, id, changedInWords(launch.what));
          case "not ready":
            return showReview(tools, id, NOT_READY);
        }
      },
      sendOne,
    )
    .post(
      "/:id/pause",
      order("pause", {
        confirmed: "Paused. No further attempt begins before you resume.",
        given: "Paused.",
      }),
      sendOne,
    )
    .post(
      "/:id/resume",
      order("resume", { confirmed: "It goes on sending.", given: "Resumed." }),
      sendOne,
    )
    .get(
      "/:id/cancel",
      async ({ params, show, csrf }) => {
        const campaign = found(await readCampaign(db, params.id));
        return show(
          { title: `Cancel ${campaign.name}`, width: "narrow" },
          <CancelConfirm campaign={campaign} csrf={csrf} />,
        );
      },
      sendOne,
    )
    .post(
      "/:id/cancel",
      order("cancel", {
        confirmed: "Cancelled. No further attempt begins.",
        given: "Cancelled.",
      }),
      sendOne,
    )
    .get(
      "/:id/requeue",
      async ({ params, request, show, csrf }) => {
        const campaign = found(await readCampaign(db, params.id));
        if (!mayRequeue(campaign.state)) throw new ConflictError(cannotRequeue(campaign.state));
        const asked = askedFor(request);
        const count = await countRequeueable(db, campaign, asked.states, asked.emails);
        if (count === 0) throw new ConflictError(nothingToRequeue(asked));
        const perhapsTwice = await howManyMayHaveArrived(db, campaign.id, {
          states: asked.states,
          emails: asked.emails ?? "all",
        });
        return show(
          { title: `Send emails of ${campaign.name} again`, width: "narrow" },
          <RequeueConfirm
            campaign={campaign}
            csrf={csrf}
            question={asked}
            count={count}
            perhapsTwice={perhapsTwice}
            cancel={`/campaigns/${params.id}`}
          />,
        );
      },
      sendOne,
    )
    .post(
      "/:id/requeue",
      async ({ params, request, user, leave }) => {
        const { states, emails, perhapsTwice } = askedFor(request);
        const again = perhapsTwice ? requeueInTime : requeueUnlessTwice;
        const requeue = await again(context, params.id, user.name, states, emails);
        // What was asked did not say so: it has become known since, or nobody was asked.
        if (requeue.kind === "perhaps twice")
          return leave(requeueAddress(params.id, { states, emails }));
        if (requeue.kind === "unknown") throw new NotFoundError();
        if (requeue.kind === "obstructed") throw new ConflictError(requeue.message);
        if (requeue.kind === "refused") throw new ConflictError(cannotRequeue(requeue.state));
        return leave(`/campaigns/${params.id}`, requeuedMessage(requeue));
      },
      sendOne,
    );
}

const NOT_CONFIRMED =
  "The email client has not confirmed it yet and is told again until it does; until then it may go on as before.";
const NOT_READY = "Something stands in the way; it is named below. Fix it, then launch it.";

function changedInWords(what: readonly DraftPart[]): string {
  const happened =
    what.length === 0
      ? "Mailwright was updated since you looked at it, and cannot tell whether anything of it was changed."
      : `Somebody changed ${describeParts(what)} since you looked at it.`;
  return `${happened} Look at it again as it is now, then launch it.`;
}

function launchedAlready(state: Campaign["state"]): string {
  return `A campaign is launched once, and this one was. ${describeState(state)}`;
}

export function cannotRequeue(state: Campaign["state"]): string {
  return `Emails can be sent again while a campaign is sending, paused or finished. ${describeState(state)}`;
}

function nothingToRequeue({ states, emails }: RequeueQuestion): string {
  const which = emails === undefined ? "No email of it is" : "None of the emails selected is";
  return `${which} ${states.join(" or ")} now.`;
}

export function requeuedMessage(
  requeue: { kind: "requeued"; emails: number } | { kind: "under way" },
): Flash {
  if (requeue.kind === "under way")
    return { tone: "success", message: "They are being queued again, a few thousand at a time." };
  return requeue.emails === 0
    ? { tone: "info", message: "There was nothing to send again." }
    : { tone: "success", message: `${formatPlural(requeue.emails, "email")} will be sent again.` };
}

/**
 * What the address asks to be sent again, and whether also what may arrive twice by that; failed ones where it names no state. What
 * makes no sense is refused: with a slip in an id the order would be for all of them.
 */
function askedFor(request: Request): {
  states: ("failed" | "uncertain")[];
  emails?: string[];
  perhapsTwice: boolean;
} {
  const { searchParams } = new URL(request.url);
  const posted = parseForm(RequeueInput, searchParams);
  if (!posted.ok) {
    if (searchParams.has("states"))
      throw new RequestError(400, "The address does not say which emails are meant.");
    return { states: ["failed"], perhapsTwice: false };
  }
  const { states, email_ids: emails = [], perhaps_twice: perhapsTwice = false } = posted.value;
  return { states, ...(emails.length > 0 && { emails }), perhapsTwice };
}
