import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { settingsTabs } from "../../navigation.ts";
import { RetryForm, SenderForm } from "./forms.ts";
import { readSettings, saveRetryPolicy, saveSender } from "./settings.ts";
import { RetryPage, SenderPage } from "./views.tsx";

const SENDER = "/settings";
const RETRIES = "/settings/retries";

export function settingsPages(context: Context) {
  const { db } = context;

  async function propsFor({ user, csrf }: PageTools, path: string) {
    const settings = await readSettings(db);
    return { tabs: settingsTabs(path), csrf, settings, editable: can(user, "settings:write") };
  }

  async function showSender(tools: PageTools, refused?: RefusedForm) {
    const props = await propsFor(tools, SENDER);
    const { retry: _retry, ...sender } = props.settings;
    return tools.show(
      { title: "Sender", ...(refused && { status: 422 }) },
      <SenderPage {...props} form={refused ?? { values: sender }} />,
    );
  }

  async function showRetries(tools: PageTools, refused?: RefusedForm) {
    const props = await propsFor(tools, RETRIES);
    const values = Object.fromEntries(
      Object.entries(props.settings.retry).map(([name, value]) => [name, String(value)]),
    );
    return tools.show(
      { title: "Retries", ...(refused && { status: 422 }) },
      <RetryPage {...props} form={refused ?? { values }} />,
    );
  }

  return new Elysia({ name: "settings" })
    .use(pages(context))
    .get(SENDER, (tools) => showSender(tools), { permission: "settings:read" })
    .post(
      SENDER,
      async (tools) => {
        const posted = parseForm(SenderForm, tools.form);
        if (!posted.ok) return showSender(tools, posted);
        await saveSender(db, posted.value);
        return tools.leave(SENDER, "The sender was saved.");
      },
      { permission: "settings:write" },
    )
    .get(RETRIES, (tools) => showRetries(tools), { permission: "settings:read" })
    .post(
      RETRIES,
      async (tools) => {
        const posted = parseForm(RetryForm, tools.form);
        if (!posted.ok) return showRetries(tools, posted);
        const faults = await saveRetryPolicy(db, posted.value);
        if (Object.keys(faults).length > 0) return showRetries(tools, posted.refuse(faults));
        return tools.leave(RETRIES, "The retries were saved.");
      },
      { permission: "settings:write" },
    );
}
