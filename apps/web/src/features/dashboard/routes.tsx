import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { eventStream, whenChanged } from "../../http/event-stream.ts";
import { fragment } from "../../http/html.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { ActivityNow } from "./activity-views.tsx";
import { readActivity, readOverview } from "./dashboard.ts";
import { lookOnce } from "./look-once.ts";
import { DashboardPage } from "./views.tsx";

const LOOK_MS = 1_000;

/** The first page: what is being sent, what needs a look, and what is not set up yet. */
export function dashboardPages(context: Context) {
  const { clock } = context;
  const read = { permission: "campaigns:read" } as const;
  const look = lookOnce(clock, LOOK_MS / 2, () => readActivity(context));

  const region = ({ user }: PageTools) =>
    async function () {
      const mayWrite = can(user, "campaigns:write");
      return <ActivityNow activity={await look()} now={clock.now()} mayWrite={mayWrite} />;
    };

  return new Elysia({ name: "dashboard" })
    .use(pages(context))
    .get(
      "/",
      async ({ show, user }) => {
        const [overview, activity] = await Promise.all([readOverview(context), look()]);
        return show(
          { title: "Dashboard" },
          <DashboardPage
            overview={overview}
            activity={activity}
            now={clock.now()}
            mayWrite={can(user, "campaigns:write")}
          />,
        );
      },
      read,
    )
    .get("/dashboard/activity", async (tools) => fragment(await region(tools)()), read)
    .get(
      "/dashboard/activity/stream",
      (tools) => eventStream(context, tools.request, whenChanged(clock, LOOK_MS, region(tools))),
      read,
    );
}
