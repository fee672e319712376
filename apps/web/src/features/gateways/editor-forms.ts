import type { GatewayKind } from "@mailwright/protocol";
import { readForm, type RefusedForm } from "../../http/forms.ts";
import type { GatewayChange } from "./changes.ts";
import { parseDomainRates } from "./domain-rates.ts";
import { groupsOf, ofAccount } from "./field-groups.ts";
import { gatewayForm, valuesOf } from "./forms.ts";
import type { Gateway } from "./gateways.ts";

const SENDING = ["rate_per_second", "domain_rate_per_second", "domain_rates"];

/** A gateway's form as it was typed: the change that it asks for, and what is wrong with it as far as web can tell. */
export interface TypedGateway {
  /** Without what is at fault. */
  change: GatewayChange;
  faults: Record<string, string>;
  /** The version of the gateway that whoever typed had before them. */
  seen: string | undefined;
  /** The form to be shown again, with what else was found. */
  refuse(faults: Record<string, string>): RefusedForm;
}

export function typedGateway(
  kind: Pick<GatewayKind, "fields">,
  form: URLSearchParams,
  gateway?: Gateway,
): TypedGateway {
  const { value, errors, refuse } = readForm(gatewayForm(kind, gateway), form);
  const { name, rate_per_second, domain_rate_per_second, domain_rates = "", seen } = value;
  const rates = parseDomainRates(domain_rates);
  const fields = kind.fields.filter((field) => errors[field.name] === undefined);
  return {
    change: {
      name,
      rate_per_second,
      domain_rate_per_second,
      ...(rates.ok && { domain_rates: rates.value }),
      ...(value.default === true && { default: true as const }),
      values: valuesOf(fields, value),
    },
    seen: seen === "" ? undefined : seen,
    faults: { ...errors, ...(!rates.ok && { domain_rates: rates.message }) },
    refuse: (faults) => typedAgain(kind, form, refuse(faults)),
  };
}

/**
 * A refused form, its faults in the order of its fields, with a word at each secret that was typed: it is never sent back,
 * and the next try without it would keep the old one unnoticed.
 */
function typedAgain(
  { fields }: Pick<GatewayKind, "fields">,
  form: URLSearchParams,
  refused: RefusedForm,
): RefusedForm {
  const secrets = fields
    .filter(({ name, secret }) => secret && (form.get(name) ?? "") !== "")
    .map(({ name, label }) => [name, `Type “${label}” again: what is secret is not sent back.`]);
  const shown = [...ofAccount(fields), ...groupsOf(fields).flatMap((group) => group.fields)];
  const errors: Record<string, string> = { ...Object.fromEntries(secrets), ...refused.errors };
  const order = ["name", ...shown.map(({ name }) => name), ...SENDING, "default", ""];
  const sorted = Object.entries(errors).toSorted(
    ([one], [other]) => order.indexOf(one) - order.indexOf(other),
  );
  return { ...refused, errors: Object.fromEntries(sorted) };
}
