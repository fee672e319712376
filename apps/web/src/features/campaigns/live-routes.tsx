import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Html } from "@mailwright/html";
import { isId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { eventStream } from "../../http/event-stream.ts";
import { found } from "../../http/faults.ts";
import { parseQuery } from "../../http/forms.ts";
import { fragment } from "../../http/html.ts";
import { pages } from "../../http/pages.tsx";
import { ById } from "../../http/params.ts";
import { campaignProps } from "./detail-routes.tsx";
import { readCampaigns } from "./list.ts";
import { RowUpdates } from "./list-views.tsx";
import { StandingNow } from "./progress-views.tsx";
import type { Snapshot } from "./watch.ts";

/** As many as a page of the list has. */
const RowsQuery = Type.Object({ id: Type.Array(Type.String(), { default: [], maxItems: 100 }) });

/** What keeps pages up to date: streams of what has changed, and the same once for where streams do not get through. */
export function livePages(context: Context) {
  const { db, clock, campaignWatch } = context;
  const read = { permission: "campaigns:read" } as const;
  const readOne = { ...read, params: ById } as const;

  return new Elysia({ name: "campaign-live", prefix: "/campaigns" })
    .use(pages(context))
    .get(
      "/live",
      ({ request }) =>
        eventStream(context, request, (signal) => rowsOf(context, idsOf(request), signal)),
      read,
    )
    .get(
      "/progress",
      async ({ request }) =>
        fragment(<RowUpdates campaigns={await readCampaigns(db, idsOf(request))} />),
      read,
    )
    .get(
      "/:id/live",
      async (tools) => {
        const { id } = tools.params;
        found(await campaignWatch.look(id));
        return eventStream(context, tools.request, async function* (signal) {
          for await (const { campaign, pace } of campaignWatch.follow(id, signal))
            yield <StandingNow {...campaignProps(tools, campaign, clock.now())} pace={pace} />;
        });
      },
      readOne,
    )
    .get(
      "/:id/progress",
      async (tools) => {
        const { campaign, pace } = found(await campaignWatch.look(tools.params.id));
        const props = campaignProps(tools, campaign, clock.now());
        return fragment(<StandingNow {...props} pace={pace} />);
      },
      readOne,
    );
}

function idsOf(request: Request): string[] {
  return parseQuery(RowsQuery, request).id.filter(isId);
}

/** Between two messages about the rows of a list; each holds every row that has changed since. */
const ROWS_EVERY_MS = 500;

/** The rows that change, gathered, for as long as any of them may. */
async function* rowsOf(
  { campaignWatch, clock }: Pick<Context, "campaignWatch" | "clock">,
  ids: string[],
  signal: AbortSignal,
): AsyncGenerator<Html, void> {
  const changed = new Map<string, Snapshot>();
  let news = Promise.withResolvers<void>();
  const following = ids.map(async (id) => {
    for await (const snapshot of campaignWatch.follow(id, signal)) {
      changed.set(id, snapshot);
      news.resolve();
    }
  });
  const over = Promise.all(following).then(() => "over" as const);
  for (;;) {
    const outcome = await Promise.race([news.promise, over]);
    if (changed.size > 0) {
      const campaigns = [...changed.values()].map(({ campaign }) => campaign);
      changed.clear();
      news = Promise.withResolvers();
      yield <RowUpdates campaigns={campaigns} />;
      await Promise.race([clock.sleep(ROWS_EVERY_MS, signal).catch(() => undefined), over]);
    } else if (outcome === "over") return;
  }
}
