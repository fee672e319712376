import type { Content } from "@mailwright/protocol";
import type { Database, Queryable } from "../../db/open.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { selectSettings, type SettingRow, updateSettings } from "./queries.ts";

export type { RetryPolicy } from "./retry-policy.ts";

/** Who campaigns come from. What is not set is the empty string. */
export interface Sender {
  organisation: string;
  from_name: string;
  from_email: string;
  reply_to: string;
  postal_address: string;
}

export interface Settings extends Sender {
  retry: RetryPolicy;
}

export async function readSettings(db: Queryable): Promise<Settings> {
  return settingsOf(await selectSettings(db));
}

/** Whether there is a postal address, without which no campaign is launched. */
export function hasPostalAddress({ postal_address }: Pick<Sender, "postal_address">): boolean {
  return postal_address.trim() !== "";
}

/** Who a campaign comes from, as its content has it. The postal address is one line there, as a footer shows it. */
export function contentSender({
  from_name,
  from_email,
  reply_to,
  postal_address,
}: Sender): Content["sender"] {
  const lines = postal_address.split(/[\r\n]+/).map((line) => line.trim());
  return {
    name: from_name,
    email: from_email,
    ...(reply_to !== "" && { reply_to }),
    postal_address: lines.filter((line) => line !== "").join(", "),
  };
}

export function saveSender(db: Queryable, sender: Sender): Promise<void> {
  return updateSettings(db, sender);
}

/** Messages by the name of the field, where the parts of a policy contradict each other; none when it was saved. */
export type PolicyFaults = Partial<Record<keyof RetryPolicy, string>>;

export async function saveRetryPolicy(db: Queryable, policy: RetryPolicy): Promise<PolicyFaults> {
  const faults = contradictions(policy);
  if (Object.keys(faults).length === 0) await updateSettings(db, columnsOf(policy));
  return faults;
}

/** A change of some settings: all of it or, when the policy that comes of it contradicts itself, nothing. */
export async function changeSettings(
  db: Database,
  { retry = {}, ...sender }: Partial<Sender> & { retry?: Partial<RetryPolicy> },
): Promise<{ ok: true; settings: Settings } | { ok: false; faults: PolicyFaults }> {
  return db.transaction(async (tx) => {
    const before = await readSettings(tx);
    const policy = { ...before.retry, ...retry };
    const faults = contradictions(policy);
    if (Object.keys(faults).length > 0) return { ok: false, faults };
    await updateSettings(tx, { ...sender, ...columnsOf(policy) });
    return { ok: true, settings: await readSettings(tx) };
  });
}

function contradictions({ first_wait_s, max_wait_s, max_age_s }: RetryPolicy): PolicyFaults {
  return {
    ...(first_wait_s > max_wait_s && {
      max_wait_s: "The longest wait must be as long as the first one, or longer.",
    }),
    ...(max_wait_s > max_age_s && {
      max_age_s: "An email must be tried for as long as the longest wait, or longer.",
    }),
  };
}

function settingsOf(row: SettingRow): Settings {
  const { retry_attempts, retry_first_wait_s, retry_max_wait_s, retry_max_age_s, ...sender } = row;
  return {
    ...sender,
    retry: {
      attempts: retry_attempts,
      first_wait_s: retry_first_wait_s,
      max_wait_s: retry_max_wait_s,
      max_age_s: retry_max_age_s,
    },
  };
}

function columnsOf(policy: RetryPolicy): Partial<SettingRow> {
  return {
    retry_attempts: policy.attempts,
    retry_first_wait_s: policy.first_wait_s,
    retry_max_wait_s: policy.max_wait_s,
    retry_max_age_s: policy.max_age_s,
  };
}
