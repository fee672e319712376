import { type Static, Type } from "@sinclair/typebox";
import { Headers, UnsubscribeUrl } from "./campaign-headers.ts";
import { CheckOutcomeSchema, OutcomeSchema } from "./outcomes.ts";
import { Address, Id, line, parser, Time } from "./values.ts";

/** One input of a gateway's settings form, as its adapter declares it. */
export const GatewayField = Type.Object({
  name: Type.String(),
  label: Type.String(),
  type: Type.Union([
    Type.Literal("text"),
    Type.Literal("url"),
    Type.Literal("number"),
    Type.Literal("password"),
    /** One of `options`. */
    Type.Literal("choice"),
    /** Several lines, such as a key in PEM form. */
    Type.Literal("multiline"),
  ]),
  required: Type.Boolean(),
  /** A secret is written and never read back. */
  secret: Type.Boolean(),
  /** What it is about, where a form shows such fields under a heading of their own; absent of the account itself. */
  group: Type.Optional(
    Type.Union([Type.Literal("signing"), Type.Literal("bounces"), Type.Literal("webhooks")]),
  ),
  hint: Type.Optional(Type.String()),
  placeholder: Type.Optional(Type.String()),
  /** Of a choice; the first is what holds while none is made. */
  options: Type.Optional(
    Type.Array(Type.Object({ value: Type.String(), label: Type.String() }), { minItems: 1 }),
  ),
});
export type GatewayField = Static<typeof GatewayField>;

/** What a provider guarantees, which decides what the machine may do after a crash. */
export const GatewayCapabilities = Type.Object({
  idempotency: Type.Union([Type.Literal("none"), Type.Object({ windowS: Type.Number() })]),
  lookup: Type.Boolean(),
  batch: Type.Boolean(),
  perItemResult: Type.Boolean(),
});
export type GatewayCapabilities = Static<typeof GatewayCapabilities>;

export const GatewayKind = Type.Object({
  kind: Type.String(),
  title: Type.String(),
  description: Type.String(),
  fields: Type.Array(GatewayField),
  capabilities: GatewayCapabilities,
  /** What to do at the provider so that it tells what becomes of an email; absent where it tells nothing. */
  webhook: Type.Optional(Type.String()),
});
export type GatewayKind = Static<typeof GatewayKind>;

/** The kind that sends nothing itself: each attempt goes through one of several gateways. */
export const ROUTE = "route";

const Values = Type.Record(
  Type.String({ pattern: "^[a-z0-9_]{1,40}$" }),
  Type.String({ maxLength: 4_000 }),
);

/** Attempts a second. */
const Rate = Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 });

/** At most this many domains with a rate of their own. */
export const DOMAIN_RATES_LIMIT = 200;

/** At most 63 characters, none of the hyphens at an end (RFC 1035, 2.3.1). */
const label = (first: string) => `${first}(?:[a-z0-9-]{0,61}[a-z0-9])?`;

/** A domain as it stands behind the @ on the wire: in ASCII, and in lower case. */
const DOMAIN = `^(?=.{1,253}$)(?:${label("[a-z0-9]")}\\.)+${label("[a-z]")}$`;

const ratesBy = (pattern: string) =>
  Type.Record(Type.String({ pattern }), Rate, {
    additionalProperties: false,
    maxProperties: DOMAIN_RATES_LIMIT,
  });

/** Rates by recipient domain; its subdomains are others. */
export const DomainRates = ratesBy(DOMAIN);

/** The same as a gateway has them: some are from when any name was taken, although no recipient could ever meet it. */
export const KeptDomainRates = ratesBy("^[^\\s@A-Z]{1,253}$");

const Version = Type.String({ maxLength: 100 });

/** A gateway as anybody may see it: of its secrets only the names of those that are set. */
export const GatewayView = Type.Object({
  id: Id,
  /** Another with every change; absent in what an email client says that is from before it was told. */
  version: Type.Optional(Version),
  name: Type.String(),
  kind: Type.String(),
  settings: Values,
  /** Of a route, the gateways that its attempts go through; absent of any other. */
  members: Type.Optional(Type.Array(Id)),
  secrets: Type.Array(Type.String()),
  rate_per_second: Type.Union([Type.Number(), Type.Null()]),
  /** To each recipient domain that has no rate of its own. */
  domain_rate_per_second: Type.Union([Type.Number(), Type.Null()]),
  domain_rates: KeptDomainRates,
  default: Type.Boolean(),
  /** Whether everything its kind requires is set. */
  complete: Type.Boolean(),
  breaker: Type.Union([Type.Literal("closed"), Type.Literal("open"), Type.Literal("half-open")]),
  /** Since when its bounce mailbox cannot be read; absent when it can be, or when it has none. */
  mailbox_failing_since: Type.Optional(Time),
});
export type GatewayView = Static<typeof GatewayView>;

export const SettingsView = Type.Object({
  gateways: Type.Array(GatewayView),
  kinds: Type.Array(GatewayKind),
});
export type SettingsView = Static<typeof SettingsView>;
export const parseSettingsView = parser(SettingsView);

/**
 * Changes to gateways, all or none. An unknown id with `kind` makes one; a field that is left out stays as it is; an
 * empty secret clears it, an absent one keeps it; `removed` deletes.
 */
export const SettingsPatch = Type.Object({
  gateways: Type.Array(
    Type.Object({
      id: Id,
      /** The version that the change was made from: should the gateway be another by now, it is a 409. Not asked of a removal. */
      seen: Type.Optional(Version),
      name: Type.Optional(line(100)),
      kind: Type.Optional(Type.String({ pattern: "^[a-z_]{1,40}$" })),
      settings: Type.Optional(Values),
      secrets: Type.Optional(Values),
      rate_per_second: Type.Optional(Type.Union([Rate, Type.Null()])),
      domain_rate_per_second: Type.Optional(Type.Union([Rate, Type.Null()])),
      /** All of them: what is left out of it goes. */
      domain_rates: Type.Optional(DomainRates),
      default: Type.Optional(Type.Boolean()),
      removed: Type.Optional(Type.Boolean()),
    }),
    { minItems: 1, maxItems: 100 },
  ),
});
export type SettingsPatch = Static<typeof SettingsPatch>;
export const parseSettingsPatch = parser(SettingsPatch);

/** Everything that is wrong with a patch, by the paths of its fields (`gateways.0.settings.url`), at most once each. */
export const SettingFaults = Type.Object({
  errors: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
});
export type SettingFaults = Static<typeof SettingFaults>;
export const parseSettingFaults = parser(SettingFaults);

/** One message sent at once and outside the ledger: "send a test". */
export const TestMessage = Type.Object({
  from: Type.Object({ name: line(200), email: Address, reply_to: Type.Optional(Address) }),
  to: Type.Object({ name: line(300), email: Address }),
  subject: line(998),
  html: Type.Union([Type.String({ maxLength: 2_000_000 }), Type.Null()]),
  text: Type.String({ maxLength: 2_000_000 }),
  /** As a campaign's. */
  headers: Type.Optional(Headers),
  unsubscribe_url: Type.Optional(UnsubscribeUrl),
});
export type TestMessage = Static<typeof TestMessage>;
export const parseTestMessage = parser(TestMessage);

export const TestResult = Type.Object({
  outcome: OutcomeSchema,
  message_id: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
export type TestResult = Static<typeof TestResult>;
export const parseTestResult = parser(TestResult);

/** What a gateway's service answered when it was asked whether it knows us: nothing was sent. */
export const CheckResult = Type.Object({
  outcome: CheckOutcomeSchema,
  detail: Type.String(),
});
export type CheckResult = Static<typeof CheckResult>;
export const parseCheckResult = parser(CheckResult);
