import { Elysia } from "elysia";
import { ROUTE } from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import { ConflictError, NotFoundError } from "../../http/faults.ts";
import { parseForm, type RefusedForm } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { changeGateway } from "./changes.ts";
import { checkConnection } from "./connection-check.ts";
import { TestForm } from "./forms.ts";
import { type Gateway, gatewayReader, nextDefault } from "./gateways.ts";
import { GATEWAYS } from "./list-views.tsx";
import { RemovalPage } from "./removal-views.tsx";
import { readUse, removeGateway } from "./removal.ts";
import { asTyped, showGateway, showNotReached, withGateway } from "./routes.tsx";
import { sendTest, type Tested } from "./test-message.ts";
import { TestPage } from "./test-views.tsx";

/** What can be done with one gateway: make it the default, check it, send a test through it, remove it. */
export function gatewayActionPages(context: Context) {
  const { db } = context;
  const readGateways = gatewayReader(context.gatewayWatch);
  const write = { permission: "gateways:write", params: ById } as const;
  const send = { permission: "campaigns:send", params: ById } as const;

  return new Elysia({ name: "gateway-actions", prefix: GATEWAYS })
    .use(pages(context))
    .post(
      "/:id/default",
      (tools) =>
        withGateway(readGateways, tools, async (gateway) => {
          const saved = await changeGateway(context, gateway, { default: true });
          if (saved.kind === "unreachable") return showNotReached(tools, saved.why);
          if (saved.kind === "refused") throw new ConflictError(wordsOf(saved.faults));
          if (saved.kind === "changed meanwhile")
            throw new Error("a change that names no version was refused for one");
          return tools.leave(GATEWAYS, `“${saved.gateway.name}” is the default gateway now.`);
        }),
      write,
    )
    .get(
      "/:id/remove",
      (tools) =>
        withGateway(readGateways, tools, async (gateway, others) => {
          return tools.show(
            { title: `Remove ${gateway.name}`, width: "narrow" },
            <RemovalPage
              csrf={tools.csrf}
              gateway={gateway}
              use={await readUse(db, gateway)}
              next={nextDefault(gateway, others)}
            />,
          );
        }),
      write,
    )
    .post(
      "/:id/remove",
      (tools) =>
        withGateway(readGateways, tools, async (gateway) => {
          const removed = await removeGateway(context, gateway);
          if (removed.kind === "unreachable") return showNotReached(tools, removed.why);
          if (removed.kind === "refused") throw new ConflictError(removed.why);
          return tools.leave(GATEWAYS, `The gateway “${gateway.name}” was removed.`);
        }),
      write,
    )
    .post(
      "/:id/check",
      (tools) =>
        withGateway(readGateways, tools, async (gateway) => {
          const checked = await checkConnection(context, gateway);
          return showGateway(context, tools, gateway, { values: asTyped(gateway) }, 200, checked);
        }),
      send,
    )
    .get(
      "/:id/test",
      (tools) =>
        withGateway(readGateways, tools, (gateway) =>
          showTest(tools, gateway, { values: { to: tools.user.email } }),
        ),
      send,
    )
    .post(
      "/:id/test",
      (tools) =>
        withGateway(readGateways, tools, async (gateway) => {
          const posted = parseForm(TestForm, tools.form);
          if (!posted.ok) return showTest(tools, gateway, posted);
          const { to } = posted.value;
          const tested = await sendTest(context, gateway, to);
          if (gateway.kind !== ROUTE && isUnknown(tested)) throw new NotFoundError();
          return showTest(tools, gateway, { values: { to } }, tested);
        }),
      send,
    );
}

function showTest(
  { csrf, show }: PageTools,
  gateway: Gateway,
  form: RefusedForm | { values: { to: string } },
  tested?: Tested,
) {
  return show(
    { title: "Send a test", width: "narrow", status: "ok" in form ? 422 : 200 },
    <TestPage csrf={csrf} gateway={gateway} form={form} tested={tested} />,
  );
}

function isUnknown(tested: Tested): boolean {
  return tested.kind === "asked" && tested.each.every(({ asked }) => asked.kind === "unknown");
}

function wordsOf(faults: Record<string, string>): string {
  return Object.values(faults).join(" ");
}
