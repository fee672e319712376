import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { NotFoundError } from "../../http/faults.ts";
import type { Flash } from "../../http/flash.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { localPath } from "../../http/htmx.ts";
import { pages } from "../../http/pages.tsx";
import { formatPlural } from "../../ui/format.ts";
import { ChosenForm, LiftQuery } from "./forms.ts";
import { liftAddress } from "./lift-address.ts";
import { LiftConfirm } from "./lift-views.tsx";
import { liftByHand, readChosen } from "./suppressions.ts";

const LIST = "/suppressions";

/** To allow addresses to be mailed again: one, or those that were selected in the list. It is always asked first. */
export function liftingPages(context: Context) {
  const { db } = context;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "suppression-lifting", prefix: LIST })
    .use(pages(context))
    .post(
      "/selection",
      ({ form, leave }) => {
        const back = localPath(form.get("return_to"), LIST);
        const posted = parseForm(ChosenForm, form);
        return posted.ok
          ? leave(liftAddress({ ids: posted.value.suppression_id, back }))
          : leave(back, { tone: "danger", message: "Select at least one address." });
      },
      write,
    )
    .get(
      "/lift",
      async ({ request, show, csrf }) => {
        const { suppression_id: ids, return_to } = parseQuery(LiftQuery, request);
        const chosen = await readChosen(db, ids);
        if (chosen.length === 0) throw new NotFoundError();
        const back = localPath(return_to, LIST);
        return show(
          { title: "Allow again", width: "narrow" },
          <LiftConfirm csrf={csrf} chosen={chosen} back={back} />,
        );
      },
      write,
    )
    .post(
      "/lift",
      async ({ request, user, leave }) => {
        const { suppression_id: ids, reason: reasons, return_to } = parseQuery(LiftQuery, request);
        const lifted = await liftByHand(context, user, { ids, reasons });
        const { length: left } = await readChosen(db, ids);
        if (lifted.length + left === 0) throw new NotFoundError();
        return leave(localPath(return_to, LIST), outcome(lifted, left));
      },
      write,
    );
}

function outcome(lifted: readonly string[], left: number): string | Flash {
  const [first = ""] = lifted;
  const who = lifted.length === 1 ? first : formatPlural(lifted.length, "address", "addresses");
  const done = lifted.length === 0 ? "Nothing was changed." : `${who} can be mailed again.`;
  if (left === 0) return done;
  return {
    tone: "warning",
    message: `${done} The reason of ${formatPlural(left, "address", "addresses")} has changed meanwhile: look again.`,
  };
}
