import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { eventStream, whenChanged } from "../../http/event-stream.ts";
import { fragment } from "../../http/html.ts";
import { pages } from "../../http/pages.tsx";
import { lookOnce } from "../dashboard/look-once.ts";
import { lookAtInstallation } from "./installation.ts";
import { InstallationNow, OverviewPage } from "./overview-views.tsx";

const LOOK_MS = 2_000;

/** What runs here, and what it is doing. */
export function developerPages(context: Context) {
  const { clock } = context;
  const read = { permission: "developer:read" } as const;

  const look = () => lookAtInstallation(context);
  const lookTogether = lookOnce(clock, LOOK_MS / 2, look);
  const region = async () => (
    <InstallationNow installation={await lookTogether()} now={clock.now()} />
  );

  return new Elysia({ name: "developer", prefix: "/developer" })
    .use(pages(context))
    .get(
      "/",
      async ({ show }) =>
        show(
          { title: "Developer" },
          <OverviewPage installation={await look()} now={clock.now()} />,
        ),
      read,
    )
    .get("/installation", async () => fragment(await region()), read)
    .get(
      "/installation/stream",
      ({ request }) => eventStream(context, request, whenChanged(clock, LOOK_MS, region)),
      read,
    );
}
