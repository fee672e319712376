import { Elysia } from "elysia";
import type { Html } from "@mailwright/html";
import { emailGraph } from "@mailwright/email_machine";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found } from "../../http/faults.ts";
import { pages } from "../../http/pages.tsx";
import { ById } from "../../http/params.ts";
import { drawMachine } from "../developer/machine-drawing.tsx";
import { pathOf } from "../developer/machine-path.ts";
import { askJournal, explainEmail, type EmailStory } from "./explanation.ts";
import { EmailPage } from "./views.tsx";

/** The page of one email. */
export function emailPages(context: Context) {
  const { clock, emailClient } = context;
  return new Elysia({ name: "emails", prefix: "/emails" }).use(pages(context)).get(
    "/:id",
    async ({ params, request, show, user }) => {
      const story = found(await explainEmail(context, params.id));
      const asks = new URL(request.url).searchParams.get("journal") === "now";
      const journal = asks ? await askJournal(emailClient, params.id) : undefined;
      return show(
        { title: `Email to ${story.email.address || "an erased recipient"}` },
        <EmailPage
          story={story}
          now={clock.now()}
          journal={journal}
          drawing={await drawingOf(story)}
          maySend={can(user, "campaigns:send")}
        />,
      );
    },
    { permission: "campaigns:read", params: ById },
  );
}

const GRAPH = emailGraph();

function drawingOf({ email, steps }: EmailStory): Promise<Html> {
  return drawMachine(GRAPH, { taken: pathOf(GRAPH, steps), now: email.state });
}
