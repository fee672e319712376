import { type TInteger, Type } from "@sinclair/typebox";
import { Changes, Input, optionalLine, Revision, SeenRevision } from "../../http/forms.ts";
import { addressField, optionalAddressField } from "../contacts/address-field.ts";
import { RETRY_BOUNDS, type RetryPolicy } from "./retry-policy.ts";

const sender = {
  organisation: optionalLine("Organisation"),
  from_name: optionalLine("From name"),
  reply_to: optionalAddressField("Reply-to address"),
  postal_address: Type.String({ title: "Postal address", maxLength: 500, default: "" }),
};

/** A From address once set can be changed, not taken away: campaigns that are sending need one. */
export const SenderForm = Input({ ...sender, from_email: addressField("From address") });

const TITLES: Record<keyof RetryPolicy, string> = {
  attempts: "Attempts",
  first_wait_s: "First wait",
  max_wait_s: "Longest wait",
  max_age_s: "Longest time",
};

const bounded = (name: keyof RetryPolicy): TInteger =>
  Type.Integer({ title: TITLES[name], ...RETRY_BOUNDS[name] });

const retry = {
  attempts: bounded("attempts"),
  first_wait_s: bounded("first_wait_s"),
  max_wait_s: bounded("max_wait_s"),
  max_age_s: bounded("max_age_s"),
};

export const RetryForm = Input(retry);

/** What the API takes: any of the settings; what is left out stays. */
export const SettingsPatch = Changes(
  Input({ ...SenderForm.properties, retry: Changes(RetryForm), revision: SeenRevision }),
);

export const SettingsView = Type.Object({
  organisation: Type.String(),
  from_name: Type.String(),
  from_email: Type.String(),
  reply_to: Type.String(),
  postal_address: Type.String(),
  retry: Type.Object({
    attempts: Type.Integer(),
    first_wait_s: Type.Integer(),
    max_wait_s: Type.Integer(),
    max_age_s: Type.Integer(),
  }),
  revision: Revision,
});
