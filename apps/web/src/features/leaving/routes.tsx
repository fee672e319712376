import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { linkPages, type OpenPageTools } from "../../http/pages.tsx";
import { readWish, type Wish } from "./forms.ts";
import { comeBack, leaveAll, leaveSegments, readLeaving } from "./leaving.ts";
import { EXAMPLE_TOKEN, LEAVE_PATH } from "./links.ts";
import { ExampleCard, LeaveCard, NobodyCard, NotChosen } from "./views.tsx";

/**
 * Where the link of an email leads. It shows on GET and acts on POST only, so that a scanner which follows every link of
 * an email changes nothing (RFC 8058, 3.1).
 */
export function leavingPages(context: Context) {
  const { db, links } = context;

  async function show(tools: OpenPageTools, token: string, chose = true): Promise<Response> {
    const email = await links.emailToLeave(token);
    const leaving = email === undefined ? undefined : await readLeaving(db, email);
    if (leaving === undefined) return nobody(tools);
    const action = `${LEAVE_PATH}/${token}`;
    return tools.show(
      { title: "Your subscription", host: leaving.organisation, ...(!chose && { status: 422 }) },
      <>
        {!chose && <NotChosen />}
        <LeaveCard leaving={leaving} action={action} />
      </>,
    );
  }

  return new Elysia({ name: "leaving", prefix: LEAVE_PATH })
    .use(linkPages(context))
    .get(
      "/:token",
      (tools) =>
        tools.params.token === EXAMPLE_TOKEN ? example(tools) : show(tools, tools.params.token),
      { permission: "link" },
    )
    .post(
      "/:token",
      async (tools) => {
        const { token } = tools.params;
        const wish = readWish(tools.form);
        // Of a test, whose button a mailbox may press as well: there is nobody to leave.
        if (token === EXAMPLE_TOKEN)
          return wish.kind === "one-click" ? new Response("This is an example.\n") : example(tools);
        const email = await links.emailToLeave(token);
        if (email === undefined) return nobody(tools);
        if (wish.kind === "none") return show(tools, token, false);
        if (!(await grant(context, email, wish))) return nobody(tools);
        // The email client hears of it at once: an email of this person may wait there.
        context.work.announce();
        return wish.kind === "one-click"
          ? new Response("You are unsubscribed.\n")
          : tools.leave(`${LEAVE_PATH}/${token}`);
      },
      { permission: "link" },
    );
}

/** False when there is nobody any more whom it could be granted. */
function grant(
  context: Context,
  email: string,
  wish: Exclude<Wish, { kind: "none" }>,
): Promise<boolean> {
  switch (wish.kind) {
    case "one-click":
      return leaveAll(context, email, "one-click");
    case "all":
      return leaveAll(context, email, "page");
    case "segments":
      return leaveSegments(context, email, wish.segments);
    case "back":
      return comeBack(context, email);
  }
}

/** The same for a token that is none of ours and for an email that is gone: it says nothing of which. */
function nobody({ show }: OpenPageTools): Response {
  return show({ title: "This link leads nowhere", host: "", status: 404 }, <NobodyCard />);
}

function example({ show }: OpenPageTools): Response {
  return show({ title: "Your subscription", host: "" }, <ExampleCard />);
}
