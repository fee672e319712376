import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { DOMAIN_RATES_LIMIT, type GatewayField, type GatewayKind } from "@mailwright/protocol";
import { Changes, Input, line, optionalLine, SECRET, SeenRevision } from "../../http/forms.ts";
import { addressField } from "../contacts/address-field.ts";
import { clearing } from "./field-names.ts";
import { type Gateway, isSet } from "./gateways.ts";

/** As long as the email client takes them. */
const VALUE_LENGTH = 4_000;

const PerSecond = Type.Number({ title: "Rate", exclusiveMinimum: 0, maximum: 1_000_000 });
const Rate = Type.Union([PerSecond, Type.Null()]);

/** What a form asks of every gateway, whatever its kind. */
const ofEveryKind = {
  name: line("Name", 100),
  rate_per_second: Rate,
  domain_rate_per_second: Rate,
  domain_rates: Type.String({ title: "Rates of single domains", maxLength: 20_000, default: "" }),
  default: Type.Boolean(),
  /** The version that was edited; blank for a new gateway, and of an email client that tells of none. */
  seen: Type.String({ default: "", maxLength: 100 }),
};

/**
 * The form of a gateway, made of what its kind declares. Needed settings must be filled in; needed secrets only for a new
 * gateway, since an empty one keeps what is stored.
 */
export function gatewayForm(
  { fields }: Pick<GatewayKind, "fields">,
  gateway?: Gateway,
): TObject<typeof ofEveryKind> {
  const inputs = fields.map((field) => [field.name, inputOf(field, gateway === undefined)]);
  const boxes = fields
    .filter((field) => gateway !== undefined && field.secret && isSet(gateway, field))
    .map(({ name }) => [clearing(name), Type.Boolean()]);
  return Input({
    ...(Object.fromEntries([...inputs, ...boxes]) as Record<string, TSchema>),
    ...ofEveryKind,
  });
}

function inputOf(field: GatewayField, isNew: boolean): TSchema {
  const { label, type, required, secret } = field;
  if (secret) {
    const options = { title: label, maxLength: VALUE_LENGTH, ...SECRET };
    return required && isNew
      ? Type.String({ ...options, minLength: 1 })
      : Type.Optional(Type.String(options));
  }
  if (type === "number") {
    const number = Type.Number({ title: label });
    return required ? number : Type.Optional(number);
  }
  if (type === "choice") return required ? choiceOf(field) : Type.Optional(choiceOf(field));
  if (type === "multiline") return textOf(field, required ? { minLength: 1 } : { default: "" });
  return required ? line(label, VALUE_LENGTH) : optionalLine(label, VALUE_LENGTH);
}

function choiceOf({ label, options = [] }: GatewayField): TSchema {
  return Type.Union(
    options.map(({ value }) => Type.Literal(value)),
    { title: label },
  );
}

function textOf({ label }: GatewayField, limits: { minLength?: number; default?: string }) {
  return Type.String({ title: label, maxLength: VALUE_LENGTH, ...limits });
}

/** What a form says of the kind's fields: settings as they are, secrets where they were typed or are to be forgotten. */
export function valuesOf(
  fields: readonly GatewayField[],
  value: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap(({ name, secret }): [string, string][] => {
      const given = value[name];
      if (given !== undefined) return [[name, String(given)]];
      if (!secret) return [[name, ""]];
      return value[clearing(name)] === true ? [[name, ""]] : [];
    }),
  );
}

export const TestForm = Input({ to: addressField("Address") });

/** Fields of the kind stand beside the others, each under its own name. */
const OF_THE_KIND = {
  additionalProperties: Type.Union([Type.String({ maxLength: VALUE_LENGTH }), Type.Number()], {
    description: "The fields of the kind, by name: see /gateways/kinds.",
  }),
};

/** By domains in any spelling: `namedDomainRates` makes them what the email client takes. */
const DomainRates = Type.Record(Type.String(), PerSecond, {
  title: "Rates of single domains",
  description: "Emails a second, by the domain; in lower-case ASCII once it is kept.",
  additionalProperties: false,
  maxProperties: DOMAIN_RATES_LIMIT,
});

const common = {
  rate_per_second: Type.Optional(Rate),
  domain_rate_per_second: Type.Optional(Rate),
  domain_rates: Type.Optional(DomainRates),
  default: Type.Optional(Type.Boolean()),
};

const KindName = Type.String({ title: "Kind", minLength: 1, maxLength: 40 });

/** What the API takes, before the kind has its say. */
export const GatewayInput = Type.Object(
  { name: line("Name", 100), kind: KindName, ...common },
  OF_THE_KIND,
);

export const GatewayPatch = Type.Object(
  {
    name: Type.Optional(line("Name", 100)),
    kind: Type.Optional(KindName),
    ...common,
    revision: SeenRevision,
  },
  OF_THE_KIND,
);

/**
 * The schema of a body for one kind: what `GET /gateways/kinds` shows, and what is checked. Nothing of the kind is needed:
 * a gateway may be made first and completed later.
 */
export function bodySchema({ fields }: Pick<GatewayKind, "fields">): TObject {
  const own = fields.map((field): [string, TSchema] => [field.name, memberOf(field)]);
  return Changes(Input({ ...GatewayInput.properties, ...Object.fromEntries(own) }));
}

function memberOf(field: GatewayField): TSchema {
  const { label, type, secret } = field;
  if (secret) return Type.String({ title: label, maxLength: VALUE_LENGTH, writeOnly: true });
  switch (type) {
    case "number":
      return Type.Number({ title: label });
    case "choice":
      return choiceOf(field);
    case "multiline":
      return textOf(field, {});
    default:
      return optionalLine(label, VALUE_LENGTH);
  }
}
