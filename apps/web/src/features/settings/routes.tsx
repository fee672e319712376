import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { settingsTabs } from "../../navigation.ts";
import { RetryForm, SenderForm } from "./forms.ts";
import { readSettings, revisionOf, saveRetryPolicy, saveSender, senderOf } from "./settings.ts";
import { RetryPage, SenderPage } from "./views.tsx";

const SENDER = "/settings";
const RETRIES = "/settings/retries";

export function settingsPages(context: Context) {
  const { db } = context;

  async function propsFor({ user, csrf }: PageTools, path: string) {
    const settings = await readSettings(db);
    return { tabs: settingsTabs(path), csrf, settings, editable: can(user, "settings:write") };
  }

  async function showSender(tools: PageTools, refused?: Refused) {
    const props = await propsFor(tools, SENDER);
    const sender = senderOf(props.settings);
    return tools.show(
      { title: "Sender", status: statusOf(refused) },
      <SenderPage
        {...props}
        form={refused?.form ?? { values: { ...sender } }}
        revision={refused?.seen ?? revisionOf(sender)}
        stale={statusOf(refused) === 409}
      />,
    );
  }

  async function showRetries(tools: PageTools, refused?: Refused) {
    const props = await propsFor(tools, RETRIES);
    const { retry } = props.settings;
    const values = Object.fromEntries(
      Object.entries(retry).map(([name, value]) => [name, String(value)]),
    );
    return tools.show(
      { title: "Retries", status: statusOf(refused) },
      <RetryPage
        {...props}
        form={refused?.form ?? { values }}
        revision={refused?.seen ?? revisionOf(retry)}
        stale={statusOf(refused) === 409}
      />,
    );
  }

  return new Elysia({ name: "settings" })
    .use(pages(context))
    .get(SENDER, (tools) => showSender(tools), { permission: "settings:read" })
    .post(
      SENDER,
      async (tools) => {
        const posted = parseForm(SenderForm, tools.form);
        const seen = seenBy(tools);
        if (!posted.ok) return showSender(tools, { kind: "slip", form: posted, seen });
        const saved = await saveSender(db, posted.value, seen);
        return saved.kind === "saved"
          ? tools.leave(SENDER, "The sender was saved.")
          : showSender(tools, { kind: "changed meanwhile", form: posted.refuse({}) });
      },
      { permission: "settings:write" },
    )
    .get(RETRIES, (tools) => showRetries(tools), { permission: "settings:read" })
    .post(
      RETRIES,
      async (tools) => {
        const posted = parseForm(RetryForm, tools.form);
        const seen = seenBy(tools);
        if (!posted.ok) return showRetries(tools, { kind: "slip", form: posted, seen });
        const saved = await saveRetryPolicy(db, posted.value, seen);
        switch (saved.kind) {
          case "saved":
            return tools.leave(RETRIES, "The retries were saved.");
          case "refused":
            return showRetries(tools, { kind: "slip", form: posted.refuse(saved.faults), seen });
          case "changed meanwhile":
            return showRetries(tools, { kind: "changed meanwhile", form: posted.refuse({}) });
        }
      },
      { permission: "settings:write" },
    );
}

/** A form that was not saved. After a slip it is still about what was seen; otherwise about what is there now. */
interface Refused {
  kind: "slip" | "changed meanwhile";
  form: RefusedForm;
  seen?: string | undefined;
}

function statusOf(refused: Refused | undefined): number {
  if (refused === undefined) return 200;
  return refused.kind === "slip" ? 422 : 409;
}

function seenBy({ form }: PageTools): string | undefined {
  return form.get("revision") ?? undefined;
}
