import { type Static, type TObject, Type } from "@sinclair/typebox";
import { CheckResult, DomainRates, GatewayKind, TestResult } from "@mailwright/protocol";
import { bodySchema } from "./forms.ts";
import type { Gateway } from "./gateways.ts";

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
  },
  { additionalProperties: Type.Union([Type.String(), Type.Number()]) },
);

export function gatewayView(gateway: Gateway): Static<typeof GatewayView> {
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

export const TestAnswer = TestResult;
export const CheckAnswer = CheckResult;
