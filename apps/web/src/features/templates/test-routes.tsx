import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { found } from "../../http/faults.ts";
import { parseForm, parseQuery } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { readChoice } from "./contact-choice.ts";
import { ShownQuery, TestForm } from "./forms.ts";
import { readTemplate } from "./templates.ts";
import { gatewayChoices, sendTemplateTest, type TestSent } from "./test-message.ts";
import { TestPage } from "./test-views.tsx";

/** To send a template to one address. */
export function templateTestPages(context: Context) {
  const { db, gatewayWatch } = context;
  const sendOne = { permission: "campaigns:send", params: ById } as const;

  return new Elysia({ name: "template-tests", prefix: "/templates" })
    .use(pages(context))
    .get(
      "/:id/test",
      (tools) => {
        const { contact, q } = parseQuery(ShownQuery, tools.request);
        const values = { to: tools.user.email };
        return showTest(tools, tools.params.id, { values }, { contact, q });
      },
      sendOne,
    )
    .post(
      "/:id/test",
      async (tools) => {
        const { form, params } = tools;
        const posted = parseForm(TestForm, form);
        if (!posted.ok) {
          const contact = posted.errors["contact_id"] ? "" : (form.get("contact_id") ?? "");
          return showTest(tools, params.id, posted, { contact, status: 422 });
        }
        const { to, contact_id, gateway_id } = posted.value;
        const template = found(await readTemplate(db, params.id));
        const outcome = await sendTemplateTest(context, template, {
          to,
          contact_id: contact_id || undefined,
          gateway_id: gateway_id || undefined,
        });
        const values = { to, gateway_id };
        return showTest(
          tools,
          params.id,
          { values },
          {
            contact: contact_id,
            sent: { to, outcome },
            ...(outcome.kind === "not ready" && { status: 409 }),
          },
        );
      },
      sendOne,
    );

  async function showTest(
    { show, csrf }: PageTools,
    id: string,
    form: FormState,
    {
      contact = "",
      q = "",
      status = 200,
      sent,
    }: {
      contact?: string | undefined;
      q?: string;
      status?: number;
      sent?: { to: string; outcome: TestSent };
    },
  ) {
    const template = found(await readTemplate(db, id));
    const [choice, gateways] = await Promise.all([
      readChoice(db, contact || undefined, q),
      gatewayChoices(gatewayWatch),
    ]);
    return show(
      { title: `Test of ${template.name}`, status },
      <TestPage
        template={template}
        csrf={csrf}
        form={form}
        choice={choice}
        gateways={gateways}
        sent={sent}
      />,
    );
  }
}
