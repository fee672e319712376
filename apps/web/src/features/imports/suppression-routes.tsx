import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { parseForm } from "../../http/forms.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { originOf } from "../suppressions/words.ts";
import { SuppressionFileForm } from "./forms.ts";
import { plainName, sentFile } from "./multipart.ts";
import { SuppressionUploadPage } from "./suppression-views.tsx";
import { MOST_BYTES, receiveFile } from "./upload.ts";

const UPLOAD = { title: "Import suppressions", width: "narrow" } as const;

/** Files with suppressions: uploaded, and from then on an import like any other. */
export function suppressionImportPages(context: Context) {
  const { db, work } = context;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "suppression-imports", prefix: "/suppressions" })
    .use(pages(context))
    .get("/import", (tools) => showUpload(tools, { values: { reason: "manual" } }), write)
    .post(
      "/import",
      async (tools) => {
        const { upload, user, leave } = tools;
        const { file, fields } = upload
          ? await sentFile(upload.contentType, upload.body)
          : { file: undefined, fields: tools.form };
        const posted = parseForm(SuppressionFileForm, fields);
        if (!posted.ok) return showUpload(tools, posted, 422);
        const refused = (message: string) => posted.refuse({ file: message });
        if (file === undefined) return showUpload(tools, refused("Choose a file first."), 422);
        const received = await receiveFile(
          db,
          {
            fileName: plainName(file.fileName),
            createdBy: originOf(user),
            suppressing: posted.value,
          },
          file.bytes,
        );
        if (received.kind === "refused")
          return showUpload(tools, refused(received.message), received.tooLarge ? 413 : 422);
        work.announce();
        return leave(`/imports/${received.id}`);
      },
      write,
    );
}

function showUpload({ show, csrf }: PageTools, form: FormState, status = 200): Promise<Response> {
  return show(
    { ...UPLOAD, status },
    <SuppressionUploadPage csrf={csrf} form={form} mostMegabytes={MOST_BYTES / 1_048_576} />,
  );
}
