import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can, type User } from "../../http/access.ts";
import { eventStream } from "../../http/event-stream.ts";
import { ConflictError, found } from "../../http/faults.ts";
import { fragment } from "../../http/html.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { csvFile } from "../contacts/csv.ts";
import { cancelImport, type Import, readImport } from "./imports.ts";
import { CancelConfirm, ImportProgress } from "./progress-views.tsx";
import { exportRejects, readRejects, SHOWN_REJECTS } from "./rejects.ts";
import { hasEnded } from "./standing.ts";

/** How often a running import is looked at for whoever has its page open. */
const LOOK_EVERY_MS = 300;

const ENDED = "The import has ended already.";

/** An import on its way: how far it is, as it goes on; what was not taken; and the way to stop it. */
export function importProgressPages(context: Context) {
  const { db, clock } = context;
  const readOne = { permission: "contacts:read", params: ById } as const;
  const writeOne = { permission: "contacts:write", params: ById } as const;

  return new Elysia({ name: "import-progress", prefix: "/imports" })
    .use(pages(context))
    .get(
      "/:id/progress",
      async ({ params, user }) => {
        const source = found(await readImport(db, params.id));
        return fragment(await progressOf(source, user));
      },
      readOne,
    )
    .get(
      "/:id/live",
      async ({ params, request, user }) => {
        let source: Import | undefined = found(await readImport(db, params.id));
        return eventStream(context, request, async function* (signal) {
          while (source !== undefined && !signal.aborted) {
            yield await progressOf(source, user);
            if (hasEnded(source)) return;
            await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
            source = await readImport(db, params.id);
          }
        });
      },
      readOne,
    )
    .get(
      "/:id/rejects",
      async ({ params }) => {
        const source = found(await readImport(db, params.id));
        return csvFile(`rejected-${source.id}.csv`, exportRejects(db, source));
      },
      readOne,
    )
    .get(
      "/:id/cancel",
      async ({ params, show, csrf }) => {
        const source = found(await readImport(db, params.id));
        if (hasEnded(source)) throw new ConflictError(ENDED);
        return show(
          { title: "Cancel", width: "narrow" },
          <CancelConfirm csrf={csrf} source={source} />,
        );
      },
      writeOne,
    )
    .post(
      "/:id/cancel",
      async ({ params, leave }) => {
        const source = found(await readImport(db, params.id));
        if (!(await cancelImport(db, source.id))) throw new ConflictError(ENDED);
        return source.state === "mapping"
          ? leave("/imports", "The file was discarded.")
          : leave(`/imports/${source.id}`, "The import was cancelled.");
      },
      writeOne,
    );

  async function progressOf(source: Import, user: User) {
    const rejects = await readRejects(db, source, SHOWN_REJECTS);
    const mayWrite = can(user, "contacts:write");
    return (
      <ImportProgress source={source} rejects={rejects} now={clock.now()} mayWrite={mayWrite} />
    );
  }
}
