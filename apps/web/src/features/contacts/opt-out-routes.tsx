import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { found } from "../../http/faults.ts";
import { byIds } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { liftOptOut, optOutsOf } from "../segments/opt-outs.ts";
import { readSegment } from "../segments/segments.ts";
import { TakeBackConfirm } from "./confirm-views.tsx";
import { readContact } from "./contacts.ts";

/** Back into a dynamic segment that a contact has opted out of. */
export function contactOptOutPages(context: Context) {
  const { db } = context;
  const writeOne = { permission: "segments:write", params: byIds("id", "segment_id") } as const;

  return new Elysia({ name: "contact-opt-outs", prefix: "/contacts" })
    .use(pages(context))
    .get(
      "/:id/opt-outs/:segment_id/lift",
      async ({ params, show, csrf }) => {
        const contact = found(await readContact(db, params.id));
        const all = await optOutsOf(db, contact.id);
        const optOut = found(all.find(({ segment_id }) => segment_id === params.segment_id));
        return show(
          { title: `Take back into ${optOut.segment_name}`, width: "narrow" },
          <TakeBackConfirm csrf={csrf} contact={contact} optOut={optOut} />,
        );
      },
      writeOne,
    )
    .post(
      "/:id/opt-outs/:segment_id/lift",
      async ({ params, leave }) => {
        const contact = found(await readContact(db, params.id));
        const segment = found(await readSegment(db, params.segment_id));
        await liftOptOut(db, segment.id, contact.id);
        return leave(`/contacts/${contact.id}`, `“${segment.name}” can have them again.`);
      },
      writeOne,
    );
}
