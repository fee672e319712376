import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { listImports } from "./imports.ts";
import { ImportsPage } from "./list-views.tsx";
import { sentFile } from "./multipart.ts";
import { importPlanPages } from "./plan-routes.tsx";
import { importProgressPages } from "./progress-routes.tsx";
import { MOST_BYTES, receiveFile } from "./upload.ts";
import { UploadPage } from "./upload-views.tsx";

const UPLOAD = { title: "Import contacts", width: "narrow" } as const;

/** Files with contacts: uploaded, told what their columns are, and watched while they are taken in. */
export function importPages(context: Context) {
  const { db, clock } = context;
  const write = { permission: "contacts:write" } as const;

  const list = new Elysia({ name: "import-list", prefix: "/imports" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, user }) => {
        const imports = await listImports(db, askedPage(request));
        return show(
          { title: "Imports" },
          <ImportsPage
            imports={imports.items}
            now={clock.now()}
            {...pageLinks(request, imports)}
            mayWrite={can(user, "contacts:write")}
          />,
        );
      },
      { permission: "contacts:read" },
    )
    .get("/new", (tools) => showUpload(tools), write)
    .post(
      "/",
      async (tools) => {
        const { upload, user, leave } = tools;
        const file = upload && (await sentFile(upload.contentType, upload.body));
        if (file === undefined) return showUpload(tools, 422, "Choose a file first.");
        const about = { fileName: nameOf(file.fileName), createdBy: user.name };
        const received = await receiveFile(db, about, file.bytes);
        return received.kind === "uploaded"
          ? leave(`/imports/${received.id}`)
          : showUpload(tools, received.tooLarge ? 413 : 422, received.message);
      },
      write,
    );
  return new Elysia({ name: "imports" })
    .use(list)
    .use(importPlanPages(context))
    .use(importProgressPages(context));
}

function showUpload({ show, csrf }: PageTools, status = 200, fault?: string): Promise<Response> {
  return show(
    { ...UPLOAD, status },
    <UploadPage
      csrf={csrf}
      form={fault === undefined ? {} : { errors: { file: fault } }}
      mostMegabytes={MOST_BYTES / 1_048_576}
    />,
  );
}

/** What a file is called, without the folders that some browsers put before it. */
function nameOf(fileName: string): string {
  return (fileName.split(/[\\/]/).at(-1) ?? "").replaceAll("\0", "").toWellFormed().slice(0, 255);
}
