import { Elysia } from "elysia";
import { isId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm, parseQuery, type RefusedForm } from "../../http/forms.ts";
import { fragment } from "../../http/html.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { estimateAudience, segmentChoices } from "./audience.ts";
import {
  type Campaign,
  changeCampaign,
  createCampaign,
  duplicateCampaign,
  readCampaign,
} from "./campaigns.ts";
import { draftChoices } from "./choices.ts";
import { DeleteConfirm } from "./confirm-views.tsx";
import { deleteCampaign } from "./deletion.ts";
import { detailPages } from "./detail-routes.tsx";
import { AudienceEstimate } from "./estimate-views.tsx";
import { CampaignFormPage, SegmentChoices } from "./form-views.tsx";
import { CAMPAIGN_SORTS, CampaignInput, CampaignsQuery, SegmentsQuery } from "./forms.ts";
import { CampaignsPage } from "./list-views.tsx";
import { listCampaigns } from "./list.ts";
import { livePages } from "./live-routes.tsx";
import { orderPages } from "./order-routes.tsx";
import { recipientPages } from "./recipients-routes.tsx";
import { describeState } from "./words.ts";

/** Every page about campaigns. */
export function campaignPages(context: Context) {
  return new Elysia({ name: "campaigns" })
    .use(draftPages(context))
    .use(livePages(context))
    .use(detailPages(context))
    .use(orderPages(context))
    .use(recipientPages(context));
}

/** The list, and the making, changing and deleting of drafts. */
function draftPages(context: Context) {
  const { db, clock, work } = context;
  const read = { permission: "campaigns:read" } as const;
  const write = { permission: "campaigns:write" } as const;
  const writeOne = { ...write, params: ById } as const;

  async function showForm(
    { show, csrf }: PageTools,
    form: RefusedForm | { values: Record<string, string>; lists: Record<string, string[]> },
    draft?: { id: string; name: string; revision: string },
    status?: 409,
  ) {
    const segments = form.lists["segment_ids"] ?? [];
    const [choices, estimate] = await Promise.all([
      draftChoices(context, { template: form.values["template_id"], segments }),
      segments.length === 0 ? undefined : estimateAudience(context, knownIds(segments)),
    ]);
    const refused = "errors" in form ? 422 : 200;
    return show(
      { title: draft ? "Edit campaign" : "New campaign", status: status ?? refused },
      <CampaignFormPage
        csrf={csrf}
        form={form}
        choices={choices}
        estimate={estimate}
        now={clock.now()}
        draft={draft}
        stale={status === 409}
      />,
    );
  }

  return new Elysia({ name: "campaign-drafts", prefix: "/campaigns" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, csrf, user }) => {
        const query = parseQuery(CampaignsQuery, request);
        const asked = askedPage(request, CAMPAIGN_SORTS[query.sort]);
        const { page, total } = await listCampaigns(
          db,
          { name: query.q, state: query.state },
          { by: query.sort, direction: query.direction },
          asked,
        );
        return show(
          { title: "Campaigns" },
          <CampaignsPage
            csrf={csrf}
            now={clock.now()}
            campaigns={page.items}
            total={total}
            query={query}
            mayWrite={can(user, "campaigns:write")}
            {...pageLinks(request, page)}
          />,
        );
      },
      read,
    )
    .get(
      "/new",
      (tools) => showForm(tools, { values: { when_uncertain: "hold" }, lists: {} }),
      write,
    )
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(CampaignInput, tools.form);
        if (!posted.ok) return showForm(tools, posted);
        const created = await createCampaign(context, posted.value, tools.user.name);
        if (created.kind === "refused") return showForm(tools, posted.refuse(created.faults));
        return tools.leave(
          `/campaigns/${created.id}`,
          "The draft was saved. Nothing is sent before you launch it.",
        );
      },
      write,
    )
    .get(
      "/segments",
      async ({ request }) => {
        const { segment, segment_ids } = parseQuery(SegmentsQuery, request);
        const { segments, more } = await segmentChoices(db, segment_ids, segment);
        return fragment(
          <SegmentChoices choices={{ segments, moreSegments: more }} chosen={segment_ids} />,
        );
      },
      write,
    )
    .get(
      "/estimate",
      async ({ request }) => {
        const { segment_ids } = parseQuery(SegmentsQuery, request);
        const estimate =
          segment_ids.length === 0 ? undefined : await estimateAudience(context, segment_ids);
        return fragment(<AudienceEstimate estimate={estimate} now={clock.now()} />);
      },
      write,
    )
    .get(
      "/:id/edit",
      async (tools) => {
        const campaign = draftOf(found(await readCampaign(db, tools.params.id)));
        return showForm(tools, formOf(campaign), campaign);
      },
      writeOne,
    )
    .post(
      "/:id",
      async (tools) => {
        const { id } = tools.params;
        const campaign = draftOf(found(await readCampaign(db, id)));
        const posted = parseForm(CampaignInput, tools.form);
        if (!posted.ok) return showForm(tools, posted, seenBy(tools, campaign));
        const seen = tools.form.get("revision") ?? undefined;
        const changed = await changeCampaign(context, id, posted.value, tools.user.name, seen);
        switch (changed.kind) {
          case "changed":
            return tools.leave(`/campaigns/${id}`, "The draft was saved.");
          case "unknown":
            throw new NotFoundError();
          case "not a draft":
            throw new ConflictError(notADraft(changed.state));
          case "refused":
            return showForm(tools, posted.refuse(changed.faults), seenBy(tools, campaign));
          case "changed meanwhile":
            return showForm(tools, posted.refuse({}), campaign, 409);
        }
      },
      writeOne,
    )
    .post(
      "/:id/duplicate",
      async ({ params, user, leave }) => {
        const copy = await duplicateCampaign(db, params.id, user.name);
        if (copy.kind === "unknown") throw new NotFoundError();
        return leave(`/campaigns/${copy.id}/edit`, "This is the copy. It is a draft.");
      },
      writeOne,
    )
    .get(
      "/:id/delete",
      async ({ params, show, csrf }) => {
        const campaign = found(await readCampaign(db, params.id));
        return show(
          { title: `Delete ${campaign.name}`, width: "narrow" },
          <DeleteConfirm campaign={campaign} csrf={csrf} />,
        );
      },
      writeOne,
    )
    .post(
      "/:id/delete",
      async ({ params, leave }) => {
        const deletion = await deleteCampaign(db, params.id);
        if (deletion.kind === "unknown") throw new NotFoundError();
        if (deletion.kind === "refused") throw new ConflictError(deletion.why);
        work.announce();
        return leave("/campaigns", "The campaign was deleted.");
      },
      writeOne,
    );
}

/** A launched campaign is changed no more. */
function draftOf(campaign: Campaign): Campaign {
  if (campaign.state !== "draft") throw new ConflictError(notADraft(campaign.state));
  return campaign;
}

function notADraft(state: Campaign["state"]): string {
  return `Only a draft can be changed. ${describeState(state)} Duplicate it to send something else.`;
}

/** The draft as whoever typed the form saw it, so that sending it again still says so. */
function seenBy({ form }: PageTools, campaign: Campaign): Campaign {
  return { ...campaign, revision: form.get("revision") ?? campaign.revision };
}

function formOf({ name, template, gateway_id, when_uncertain, segments }: Campaign) {
  return {
    values: {
      name,
      template_id: template?.id ?? "",
      gateway_id: gateway_id ?? "",
      when_uncertain,
    },
    lists: { segment_ids: segments.map(({ id }) => id) },
  };
}

function knownIds(typed: string[]): string[] {
  return typed.filter(isId);
}
