import { digestId } from "@mailwright/platform";
import type { Content } from "@mailwright/protocol";
import type { Database, Queryable } from "../../db/open.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { lockSettings, selectSettings, type SettingRow, updateSettings } from "./queries.ts";

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

/**
 * What says which settings an editor had before them, of a page's part or of all of them: another as soon as anything of it
 * is. So whoever changes the one part stands in nobody's way who changes the other.
 */
export function revisionOf(part: Sender | RetryPolicy | Settings): string {
  return digestId(JSON.stringify(part));
}

/** `seen` is the revision that the editor had before them: should it be another by now, nothing is saved. */
export async function saveSender(
  db: Database,
  sender: Sender,
  seen?: string,
): Promise<{ kind: "saved" } | ChangedMeanwhile> {
  return db.transaction(async (tx) => {
    if (isOutdated(senderOf(settingsOf(await lockSettings(tx))), seen)) return CHANGED_MEANWHILE;
    await updateSettings(tx, sender);
    return { kind: "saved" };
  });
}

/** Messages by the name of the field, where the parts of a policy contradict each other; none when it was saved. */
export type PolicyFaults = Partial<Record<keyof RetryPolicy, string>>;

/** The same of a policy, where it does not contradict itself. */
export async function saveRetryPolicy(
  db: Database,
  policy: RetryPolicy,
  seen?: string,
): Promise<{ kind: "saved" } | ChangedMeanwhile | Refused> {
  return db.transaction(async (tx) => {
    if (isOutdated(settingsOf(await lockSettings(tx)).retry, seen)) return CHANGED_MEANWHILE;
    const faults = contradictions(policy);
    if (Object.keys(faults).length > 0) return { kind: "refused", faults };
    await updateSettings(tx, columnsOf(policy));
    return { kind: "saved" };
  });
}

/**
 * A change of some settings: all of it or, when the policy that comes of it contradicts itself, nothing. `seen` is the
 * revision of all settings that it was made from.
 */
export async function changeSettings(
  db: Database,
  { retry = {}, ...sender }: Partial<Sender> & { retry?: Partial<RetryPolicy> },
  seen?: string,
): Promise<{ kind: "changed"; settings: Settings } | ChangedMeanwhile | Refused> {
  return db.transaction(async (tx) => {
    const before = settingsOf(await lockSettings(tx));
    if (isOutdated(before, seen)) return CHANGED_MEANWHILE;
    const policy = { ...before.retry, ...retry };
    const faults = contradictions(policy);
    if (Object.keys(faults).length > 0) return { kind: "refused", faults };
    await updateSettings(tx, { ...sender, ...columnsOf(policy) });
    return { kind: "changed", settings: await readSettings(tx) };
  });
}

/** The part of the settings that the sender's page shows. */
export function senderOf({ retry: _retry, ...sender }: Settings): Sender {
  return sender;
}

/** Somebody else changed it since the revision that the editor saw. */
interface ChangedMeanwhile {
  kind: "changed meanwhile";
}
const CHANGED_MEANWHILE: ChangedMeanwhile = { kind: "changed meanwhile" };

interface Refused {
  kind: "refused";
  faults: PolicyFaults;
}

function isOutdated(now: Sender | RetryPolicy | Settings, seen: string | undefined): boolean {
  return seen !== undefined && seen !== revisionOf(now);
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
