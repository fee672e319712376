import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { listImports } from "./imports.ts";
import { ImportsPage } from "./list-views.tsx";
import { plainName, sentFile } from "./multipart.ts";
import { importPlanPages } from "./plan-routes.tsx";
import { importProgressPages } from "./progress-routes.tsx";
import { suppressionImportPages } from "./suppression-routes.tsx";
import { MOST_BYTES, receiveFile } from "./upload.ts";
import { UploadPage } from "./upload-views.tsx";

const UPLOAD = { title: "Import contacts", width: "narrow" } as const;

/** Files with contacts or suppressions: uploaded, told what their columns are, and watched while they are taken in. */
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
        const sent = upload && (await sentFile(upload.contentType, upload.body));
        const file = sent?.file;
        if (file === undefined) return showUpload(tools, 422, "Choose a file first.");
        const about = { fileName: plainName(file.fileName), createdBy: user.name };
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
    .use(importProgressPages(context))
    .use(suppressionImportPages(context));
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
