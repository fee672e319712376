import { Elysia } from "elysia";
import { isId, newId } from "@mailwright/platform";
import type { GatewayKind } from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import type { RefusedForm } from "../../http/forms.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { settingsTabs } from "../../navigation.ts";
import { addGateway, changeGateway, type Saved } from "./changes.ts";
import type { Checked } from "./connection-check.ts";
import { domainRatesAsTyped } from "./domain-rates.ts";
import { GatewayPage, NewGatewayPage } from "./editor-views.tsx";
import {
  type Gateway,
  gatewayReader,
  type KnownGateways,
  type ReadGateways,
  webhookAddress,
} from "./gateways.ts";
import { readFeedback } from "./feedback.ts";
import { readTraffic } from "./traffic.ts";
import { GATEWAYS, GatewaysPage, KindsPage, NotReachedPage } from "./list-views.tsx";
import { type TypedGateway, typedGateway } from "./editor-forms.ts";

const NEW = { title: "Add a gateway", width: "narrow" } as const;

/** The gateways of the settings. The email client keeps them; web shows, asks and hands on, and keeps nothing. */
export function gatewayPages(context: Context) {
  const readGateways = gatewayReader(context.gatewayWatch);
  const read = { permission: "gateways:read" } as const;
  const write = { permission: "gateways:write" } as const;

  return new Elysia({ name: "gateways", prefix: GATEWAYS })
    .use(pages(context))
    .get(
      "/",
      async (tools) => {
        const now = await readGateways();
        if (now.kind === "unreachable") return showNotReached(tools, now.why);
        return tools.show(
          { title: "Gateways" },
          <GatewaysPage
            tabs={settingsTabs(GATEWAYS)}
            csrf={tools.csrf}
            gateways={now.gateways}
            rights={rightsOf(tools)}
          />,
        );
      },
      read,
    )
    .get(
      "/new",
      async (tools) => {
        const now = await readGateways();
        if (now.kind === "unreachable") return showNotReached(tools, now.why);
        const asked = new URL(tools.request.url).searchParams.get("kind");
        const [only] = now.kinds.length === 1 ? now.kinds : [];
        const kind = now.kinds.find((one) => one.kind === asked) ?? only;
        return kind === undefined
          ? tools.show(NEW, <KindsPage kinds={now.kinds} />)
          : showNew(tools, kind, now, { values: {} });
      },
      write,
    )
    .post(
      "/",
      async (tools) => {
        const now = await readGateways();
        const known = now.kind === "seen" ? now : now.last;
        if (known === undefined) return showNotReached(tools, "it was not asked yet");
        const kind = known.kinds.find((one) => one.kind === tools.form.get("kind"));
        if (kind === undefined) throw new NotFoundError("There is no gateway of this kind.");
        const typed = typedGateway(kind, tools.form);
        // Sent again because nobody knew whether it was carried out, it brings its id along and is made once.
        const given = tools.form.get("id");
        const id = isId(given) ? given : newId();
        const saved =
          now.kind === "unreachable"
            ? away(now.why, typed)
            : await addGateway(context, id, kind, typed.change, typed.faults);
        return saved.kind === "saved"
          ? tools.leave(GATEWAYS, `The gateway “${saved.gateway.name}” was added.`)
          : showNew(tools, kind, known, typed.refuse(faultsOf(saved)), statusOf(saved), id);
      },
      write,
    )
    .get(
      "/:id",
      (tools) =>
        withGateway(readGateways, tools, (gateway) =>
          showGateway(context, tools, gateway, { values: asTyped(gateway) }),
        ),
      { ...read, params: ById },
    )
    .post(
      "/:id",
      async (tools) => {
        const now = await readGateways();
        const known = now.kind === "seen" ? now : now.last;
        if (known === undefined) return showNotReached(tools, "it was not asked yet");
        const gateway = found(known.gateways.find(({ id }) => id === tools.params.id));
        const typed = typedGateway(gateway, tools.form, gateway);
        const saved =
          now.kind === "unreachable"
            ? away(now.why, typed)
            : await changeGateway(context, gateway, typed.change, typed);
        if (saved.kind === "saved")
          return tools.leave(GATEWAYS, `The gateway “${saved.gateway.name}” was saved.`);
        const refused = typed.refuse(faultsOf(saved));
        if (saved.kind !== "changed meanwhile")
          return showGateway(context, tools, gateway, refused, statusOf(saved));
        // Saved again, what was typed takes the place of what is there now.
        const values = { ...refused.values, seen: saved.gateway.version ?? "" };
        return showGateway(context, tools, saved.gateway, { ...refused, values }, 409);
      },
      { ...write, params: ById },
    );
}

type Shown = PageTools & { request: Request };

/** Answers about one gateway of the email client: a 404 for one that it does not have, a 503 while it does not answer. */
export async function withGateway(
  readGateways: ReadGateways,
  tools: Shown & { params: { id: string } },
  answer: (gateway: Gateway, others: Gateway[]) => Response | Promise<Response>,
): Promise<Response> {
  const now = await readGateways();
  if (now.kind === "unreachable") return showNotReached(tools, now.why);
  const gateway = found(now.gateways.find(({ id }) => id === tools.params.id));
  return answer(
    gateway,
    now.gateways.filter((one) => one !== gateway),
  );
}

export function showNotReached({ request, show }: Shown, why: string) {
  const path = request.method === "GET" ? new URL(request.url).pathname : GATEWAYS;
  return show(
    { title: "Gateways", status: 503 },
    <NotReachedPage tabs={settingsTabs(GATEWAYS)} path={path} why={why} />,
  );
}

function showNew(
  { csrf, show }: PageTools,
  kind: GatewayKind,
  { gateways }: KnownGateways,
  form: RefusedForm | { values: Record<string, string> },
  status = "ok" in form ? 422 : 200,
  id?: string,
) {
  return show(
    { ...NEW, status },
    <NewGatewayPage
      csrf={csrf}
      kind={kind}
      others={gateways.length > 0}
      form={form}
      {...(status === 503 && { id })}
    />,
  );
}

export async function showGateway(
  { config, emailClient }: Pick<Context, "config" | "emailClient">,
  tools: PageTools,
  gateway: Gateway,
  form: RefusedForm | { values: Record<string, string> },
  status = "ok" in form ? 422 : 200,
  checked?: Checked,
) {
  const [traffic, feedback] = await Promise.all([
    readTraffic({ emailClient }, gateway),
    readFeedback({ emailClient }, gateway),
  ]);
  return tools.show(
    { title: gateway.name, status },
    <GatewayPage
      csrf={tools.csrf}
      gateway={gateway}
      form={form}
      stale={status === 409}
      rights={rightsOf(tools)}
      webhookUrl={webhookAddress(config.webUrl, gateway.id)}
      traffic={traffic}
      feedback={feedback}
      checked={checked}
    />,
  );
}

/** What hinders a save: the email client was not even asked. */
type Unsaved = Exclude<Saved, { kind: "saved" }> | { kind: "away"; why: string };

/** What is wrong with a form can be told without it. */
function away(why: string, { faults }: TypedGateway): Unsaved {
  return Object.keys(faults).length > 0 ? { kind: "refused", faults } : { kind: "away", why };
}

function statusOf({ kind }: Unsaved): number {
  switch (kind) {
    case "refused":
      return 422;
    case "changed meanwhile":
      return 409;
    case "away":
    case "unreachable":
      return 503;
  }
}

function faultsOf(saved: Unsaved): Record<string, string> {
  switch (saved.kind) {
    case "refused":
      return saved.faults;
    case "changed meanwhile":
      return {};
    case "away":
      return {
        "": `The email client does not answer (${saved.why}), so nothing was saved. Try again in a moment.`,
      };
    case "unreachable":
      return {
        "": `It is not known whether this was saved: the email client did not answer (${saved.why}). Saving it again does no harm.`,
      };
  }
}

export function asTyped(gateway: Gateway): Record<string, string> {
  const { settings, name, rate_per_second, domain_rate_per_second, domain_rates } = gateway;
  return {
    ...settings,
    seen: gateway.version ?? "",
    name,
    rate_per_second: rateAsTyped(rate_per_second),
    domain_rate_per_second: rateAsTyped(domain_rate_per_second),
    domain_rates: domainRatesAsTyped(domain_rates),
  };
}

function rateAsTyped(rate: number | null): string {
  return rate === null ? "" : String(rate);
}

function rightsOf({ user }: PageTools) {
  return { change: can(user, "gateways:write"), test: can(user, "campaigns:send") };
}
