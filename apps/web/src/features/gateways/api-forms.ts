import { type Static, type TObject, type TSchema, Type } from "@sinclair/typebox";
import {
  CheckResult,
  DayOfFeedback,
  type GatewayFeedback,
  GatewayKind,
  type GatewayTraffic,
  KeptDomainRates,
  MAILBOX_FAULTS,
  MinuteOfTraffic,
  TestResult,
  WEBHOOK_REFUSALS,
} from "@mailwright/protocol";
import { Moment, oneOf, Revision } from "../../http/forms.ts";
import { bodySchema } from "./forms.ts";
import { type Gateway, webhookAddress } from "./gateways.ts";

/** A gateway as the API shows it: the settings of its kind stand beside the rest, its secrets do not stand anywhere. */
export const GatewayView = Type.Object(
  {
    id: Type.String(),
    revision: Type.Union([Revision, Type.Null()], {
      description: `${Revision.description} Null from an email client that is older than it.`,
    }),
    name: Type.String(),
    kind: Type.String(),
    rate_per_second: Type.Union([Type.Number(), Type.Null()]),
    domain_rate_per_second: Type.Union([Type.Number(), Type.Null()], {
      description: "To each recipient domain that has no rate of its own.",
    }),
    domain_rates: Type.Unsafe<Record<string, number>>({
      ...KeptDomainRates,
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
    revision: gateway.version ?? null,
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
      until: iso(until),
    })),
    minutes: minutes.map((minute) => ({ ...minute, at: iso(minute.at) })),
  };
}

function OrNull<T extends TSchema>(schema: T, description: string) {
  return Type.Union([schema, Type.Null()], { description });
}

const Count = Type.Integer({ minimum: 0 });

export const FeedbackView = Type.Object({
  mailbox: OrNull(
    Type.Object({
      read: OrNull(
        Type.Object({ at: Moment, told: Count, others: Count }),
        "The last time that it was read to its end: how many new messages told of an email, and how many did not.",
      ),
      failing: OrNull(
        Type.Object({
          since: Moment,
          at: Moment,
          fault: oneOf(MAILBOX_FAULTS),
          detail: Type.String(),
        }),
        "Since when it cannot be read and why; null when it could be, the last time.",
      ),
    }),
    "The bounce mailbox; null for a gateway that has none.",
  ),
  webhooks: OrNull(
    Type.Object({
      taken_at: OrNull(Moment, "When the last one came that was believed and read."),
      refused: OrNull(
        Type.Object({
          at: Moment,
          why: oneOf(WEBHOOK_REFUSALS),
        }),
        "The last one that was not. Anybody can call, so it may have been somebody else's.",
      ),
    }),
    "What its provider tells; null for a kind that tells nothing.",
  ),
  days: Type.Array(Type.Object({ ...DayOfFeedback.properties, at: Moment }), {
    description:
      "The last week by days (UTC), oldest first; days on which nothing came are left out.",
  }),
});

export function feedbackView({
  mailbox,
  webhooks,
  days,
}: GatewayFeedback): Static<typeof FeedbackView> {
  return {
    mailbox:
      mailbox === undefined
        ? null
        : {
            read: mailbox.read === undefined ? null : { ...mailbox.read, at: iso(mailbox.read.at) },
            failing:
              mailbox.failing === undefined
                ? null
                : {
                    ...mailbox.failing,
                    since: iso(mailbox.failing.since),
                    at: iso(mailbox.failing.at),
                  },
          },
    webhooks:
      webhooks === undefined
        ? null
        : {
            taken_at: webhooks.taken_at === undefined ? null : iso(webhooks.taken_at),
            refused:
              webhooks.refused === undefined
                ? null
                : { ...webhooks.refused, at: iso(webhooks.refused.at) },
          },
    days: days.map((day) => ({ ...day, at: iso(day.at) })),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
