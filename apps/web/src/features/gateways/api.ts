import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { digestId, idOfBytes, newId } from "@mailwright/platform";
import { type GatewayKind, ROUTE } from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import type { Token } from "../../http/access.ts";
import { api } from "../../http/api.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { faultsOf } from "../../http/messages.ts";
import { notAnswered } from "../../http/not-answered.ts";
import { ListOf } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import {
  CheckAnswer,
  GatewayView,
  gatewayView,
  KindView,
  kindView,
  TestAnswer,
} from "./api-forms.ts";
import { addGateway, changeGateway, type GatewayChange, isAsAdded, type Saved } from "./changes.ts";
import { checkConnection } from "./connection-check.ts";
import { namedDomainRates } from "./domain-rates.ts";
import { answerOfEach } from "./each-answer.ts";
import { bodySchema, GatewayInput, GatewayPatch, TestForm } from "./forms.ts";
import type { Gateway } from "./gateways.ts";
import { removeGateway } from "./removal.ts";
import { onlyOne, TEST_UNKNOWN } from "./reach.ts";
import { gatewaysToAsk, notReached, uncertain } from "./reach-api.ts";
import { sendTest } from "./test-message.ts";

export function gatewaysApi(context: Context) {
  const { all, one } = gatewaysToAsk(context);
  const tags = ["Gateways"];

  const viewOf = (gateway: Gateway) => gatewayView(gateway, context.config.webUrl);
  const viewSaved = (saved: Saved) => viewOf(savedGateway(saved));

  return new Elysia({ name: "gateways-api", prefix: "/api/v1/gateways" })
    .use(api(context))
    .get("/", async () => ({ items: (await all()).gateways.map(viewOf) }), {
      permission: "gateways:read",
      response: { 200: ListOf(GatewayView) },
      detail: { summary: "List the gateways", tags },
    })
    .get("/kinds", async () => ({ items: (await all()).kinds.map(kindView) }), {
      permission: "gateways:read",
      response: { 200: ListOf(KindView) },
      detail: { summary: "List the kinds of gateway, with the fields of each", tags },
    })
    .post(
      "/",
      async ({ body, actor, request, status }) => {
        const { kinds, gateways } = await all();
        const kind = kinds.find((each) => each.kind === body.kind);
        if (kind === undefined) {
          const names = kinds.map((each) => each.kind).join(", ");
          throw new InvalidInputError({ kind: `Choose one of: ${names}.` });
        }
        const id = idFor(request, actor);
        const { change, faults } = changeOf(kind, body);
        const made = gateways.find((gateway) => gateway.id === id);
        if (made !== undefined && !isAsAdded(made, kind, change))
          throw new ConflictError(
            `“${made.name}” was made under this Idempotency-Key and is not what this call asks for. Look at it; to make another gateway, use another key.`,
          );
        return status(201, viewSaved(await addGateway(context, id, kind, change, faults)));
      },
      {
        permission: "gateways:write",
        body: GatewayInput,
        response: { 201: GatewayView },
        detail: { summary: "Add a gateway", tags },
      },
    )
    .get("/:id", async ({ params }) => viewOf(await one(params.id)), {
      permission: "gateways:read",
      params: ById,
      response: { 200: GatewayView },
      detail: { summary: "Read a gateway", tags },
    })
    .patch(
      "/:id",
      async ({ params, body: { revision: seen, ...body } }) => {
        const gateway = await one(params.id);
        if (body.kind !== undefined && body.kind !== gateway.kind)
          throw new InvalidInputError({ kind: "A gateway keeps its kind: add another instead." });
        const { change, faults } = changeOf(gateway, body);
        if (body.default === false && gateway.default)
          faults["default"] =
            "One gateway is always the default: make another one the default instead.";
        return viewSaved(await changeGateway(context, gateway, change, { faults, seen }));
      },
      {
        permission: "gateways:write",
        params: ById,
        body: GatewayPatch,
        response: { 200: GatewayView },
        detail: {
          summary: "Change a gateway; what is left out stays, an empty secret is forgotten",
          tags,
        },
      },
    )
    .delete(
      "/:id",
      async ({ params, status }) => {
        const removed = await removeGateway(context, await one(params.id));
        switch (removed.kind) {
          case "removed":
            return status(204, undefined);
          case "refused":
            throw new ConflictError(removed.why);
          case "unreachable":
            return uncertain(removed.why);
        }
      },
      {
        permission: "gateways:write",
        params: ById,
        response: { 204: Type.Undefined({ description: "Deleted" }) },
        detail: { summary: "Remove a gateway that no running campaign goes through", tags },
      },
    )
    .post(
      "/:id/test",
      async ({ params, body }) => {
        const gateway = await one(params.id);
        const tested = await sendTest(context, gateway, body.to);
        if (tested.kind === "no sender")
          throw new ConflictError("No From address is set: set one in the settings first.");
        if (gateway.kind === ROUTE) return answerOfEach(tested.each, "accepted");
        const asked = onlyOne(tested.each);
        switch (asked.kind) {
          case "answered":
            return asked.result;
          case "unknown":
            throw new NotFoundError();
          case "refused":
          case "unreachable":
            throw notAnswered(asked, TEST_UNKNOWN);
        }
      },
      {
        permission: "campaigns:send",
        params: ById,
        body: TestForm,
        response: { 200: TestAnswer },
        detail: {
          summary:
            "Send one message through a gateway, or through each of a route, outside the ledger",
          tags,
        },
      },
    )
    .post(
      "/:id/check",
      async ({ params }) => {
        const gateway = await one(params.id);
        const checked = await checkConnection(context, gateway);
        if (gateway.kind === ROUTE) return answerOfEach(checked, "ready");
        const asked = onlyOne(checked);
        switch (asked.kind) {
          case "answered":
            return asked.result;
          case "unknown":
            throw new ConflictError("The gateway is not set up yet: see what is missing.");
          case "refused":
            throw new ConflictError(asked.why);
          case "unreachable":
            return notReached(asked.why);
        }
      },
      {
        permission: "campaigns:send",
        params: ById,
        response: { 200: CheckAnswer },
        detail: {
          summary: "Try the settings of a gateway, or of each of a route, without sending anything",
          tags,
        },
      },
    );
}

/**
 * With an Idempotency-Key the id is made of it: should the first call get no answer although it was carried out, the
 * repetition finds what it made instead of making another. The key may be one of long ago, so what is found is compared.
 */
function idFor(request: Request, { id }: Token): string {
  const key = request.headers.get("idempotency-key");
  if (key === null) return newId();
  return idOfBytes(Buffer.from(digestId(`gateway ${id} ${key}`), "hex").subarray(0, 16));
}

/** The body as its kind understands it, and what is wrong with it, which the change leaves out. */
function changeOf(
  kind: Pick<GatewayKind, "fields">,
  body: Static<typeof GatewayPatch>,
): { change: GatewayChange; faults: Record<string, string> } {
  const domains = namedDomainRates(body.domain_rates ?? {});
  const faults = { ...faultsOf(bodySchema(kind), body), ...domains.faults };
  const values = kind.fields.flatMap(({ name }): [string, string][] => {
    const value = (body as Record<string, unknown>)[name];
    return value === undefined || faults[name] !== undefined ? [] : [[name, String(value)]];
  });
  const change = {
    name: body.name,
    rate_per_second: body.rate_per_second,
    domain_rate_per_second: body.domain_rate_per_second,
    domain_rates: body.domain_rates && domains.rates,
    ...(body.default === true && { default: true as const }),
    values: Object.fromEntries(values),
  };
  return { change, faults };
}

function savedGateway(saved: Saved): Gateway {
  switch (saved.kind) {
    case "saved":
      return saved.gateway;
    case "refused":
      throw new InvalidInputError(saved.faults);
    case "changed meanwhile":
      throw new ConflictError(
        "Somebody else changed the gateway meanwhile. Read it, and make the change from there.",
      );
    case "unreachable":
      return uncertain(saved.why);
  }
}
