import { type Static, type TObject, Type } from "@sinclair/typebox";
import {
  CheckResult,
  DomainRates,
  GatewayKind,
  type GatewayTraffic,
  MinuteOfTraffic,
  TestResult,
} from "@mailwright/protocol";
import { Moment } from "../../http/forms.ts";
import { bodySchema } from "./forms.ts";
import { type Gateway, webhookAddress } from "./gateways.ts";

/** A gateway as the API shows it: the settings of its kind stand beside the rest, its secrets do not stand anywhere. */
export const GatewayView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    kind: Type.String(),
    rate_per_second: Type.Union([Type.Number(), Type.Null()]),
    domain_rate_per_second: Type.Union([Type.Number(), Type.Null()], {
      description: "To each recipient domain that has no rate of its own.",
    }),
    domain_rates: Type.Unsafe<Record<string, number>>({
      ...DomainRates,
      description: "Emails a second to single recipient domains.",
    }),
    default: Type.Boolean(),
    complete: Type.Boolean({ description: "Whether everything that its kind needs is set." }),
    missing: Type.Array(Type.String(), { description: "The fields that are needed and not set." }),
    secrets: Type.Array(Type.String(), { description: "The secrets that are set, by name only." }),
    breaker: Type.Union([Type.Literal("closed"), Type.Literal("open"), Type.Literal("half-open")], {
      description: "Whether it is left alone for a while, because it failed or refused too often.",
    }),
    webhook_url: Type.Union([Type.String(), Type.Null()], {
      description:
        "Where its provider may tell what became of emails; null for one that tells nothing.",
    }),
  },
  { additionalProperties: Type.Union([Type.String(), Type.Number()]) },
);

export function gatewayView(gateway: Gateway, webUrl: string): Static<typeof GatewayView> {
  const { fields, settings, id, name, kind, rate_per_second, complete, secrets, breaker } = gateway;
  const own = Object.entries(settings).map(([field, value]): [string, string | number] => {
    const isNumber = fields.some((one) => one.name === field && one.type === "number");
    return [field, isNumber && value !== "" ? Number(value) : value];
  });
  const common = {
    id,
    name,
    kind,
    rate_per_second,
    domain_rate_per_second: gateway.domain_rate_per_second,
    domain_rates: gateway.domain_rates,
    default: gateway.default,
    complete,
    missing: gateway.missing.map((field) => field.name),
    secrets,
    breaker,
    webhook_url: gateway.webhook === undefined ? null : webhookAddress(webUrl, id),
  };
  // Once for the order, and once more so that no setting can stand for one of them.
  return { ...common, ...Object.fromEntries(own), ...common };
}

export const KindView = Type.Object({
  ...GatewayKind.properties,
  schema: Type.Unknown({ description: "The JSON Schema of what a gateway of this kind takes." }),
});

export function kindView(kind: GatewayKind): GatewayKind & { schema: TObject } {
  return { ...kind, schema: bodySchema(kind) };
}

const Named = { id: Type.String(), name: Type.String() };
const OF_EACH = { description: "Of a route, what each of its gateways came to; absent otherwise." };

export const TestAnswer = Type.Object({
  ...TestResult.properties,
  gateways: Type.Optional(Type.Array(Type.Object({ ...Named, ...TestResult.properties }), OF_EACH)),
});
export const CheckAnswer = Type.Object({
  ...CheckResult.properties,
  gateways: Type.Optional(
    Type.Array(Type.Object({ ...Named, ...CheckResult.properties }), OF_EACH),
  ),
});

export const TrafficView = Type.Object({
  rate_per_second: Type.Union([Type.Number(), Type.Null()], {
    description:
      "Of all emails together, now: less than the gateway's rate while it is slowed down.",
  }),
  slowed: Type.Array(
    Type.Object({
      domain: Type.Union([Type.String(), Type.Null()], {
        description: "The recipient domain; null for all emails.",
      }),
      rate_per_second: Type.Number(),
      until: Moment,
    }),
    { description: "What is slowed down because the gateway throttled it." },
  ),
  minutes: Type.Array(Type.Object({ ...MinuteOfTraffic.properties, at: Moment }), {
    description:
      "What attempts came to in the last hour, oldest first; minutes without any are left out.",
  }),
});

export function trafficView({
  rate_per_second,
  slowed,
  minutes,
}: GatewayTraffic): Static<typeof TrafficView> {
  return {
    rate_per_second,
    slowed: slowed.map(({ domain = null, until, ...rest }) => ({
      domain,
      ...rest,
      until: new Date(until).toISOString(),
    })),
    minutes: minutes.map((minute) => ({ ...minute, at: new Date(minute.at).toISOString() })),
  };
}
