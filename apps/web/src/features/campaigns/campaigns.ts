import type { CampaignState } from "../../campaign-words.ts";
import type { Database, Queryable } from "../../db/open.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { noteActivity } from "./activity.ts";
import {
  type Campaign,
  type DraftRow,
  existingSegments,
  insertCampaign,
  lockCampaign,
  selectCampaign,
  templateExists,
  updateDraft,
} from "./queries.ts";
import { ownRevision } from "./revision.ts";

export type { Campaign, Counts } from "./queries.ts";

/** What writing a draft needs: the gateways are the email client's, and a draft may name one. */
export interface DraftContext {
  db: Database;
  gatewayWatch: GatewayWatch;
}

/** What a marketer decides: what is sent, to whom, through what, and what is done about an unknown outcome. */
export interface Draft {
  name: string;
  template_id: string;
  segment_ids: string[];
  /** Null for the default gateway. */
  gateway_id: string | null;
  when_uncertain: "hold" | "resend";
}

/** What is wrong with a draft, one sentence a field. */
export type DraftFaults = Partial<Record<keyof Draft, string>>;

export type Created = { kind: "created"; id: string } | { kind: "refused"; faults: DraftFaults };

export async function createCampaign(
  context: DraftContext,
  draft: Draft,
  actor: string,
): Promise<Created> {
  const faults = await faultsIn(context, draft);
  if (Object.keys(faults).length > 0) return { kind: "refused", faults };
  const id = await insertWithActivity(context.db, draft, actor);
  return { kind: "created", id };
}

export type Changed =
  | { kind: "changed" }
  | { kind: "unknown" }
  | { kind: "not a draft"; state: CampaignState }
  /** Somebody else changed it since the version that the editor saw. */
  | { kind: "changed meanwhile" }
  | { kind: "refused"; faults: DraftFaults };

/**
 * Changes a draft; what is left out stays. `seen` is the revision that the editor had before them: should the draft be
 * another by now, nothing is changed; what it takes from elsewhere may be, for nothing of that is undone. A draft that is being
 * launched is none any more, whoever came first.
 */
export async function changeCampaign(
  context: DraftContext,
  id: string,
  changes: Partial<Draft>,
  actor: string,
  seen?: string,
): Promise<Changed> {
  const faults = await faultsIn(context, changes);
  return context.db.transaction(async (tx): Promise<Changed> => {
    const now = await lockCampaign(tx, id);
    if (now === undefined) return { kind: "unknown" };
    if (now.state !== "draft") return { kind: "not a draft", state: now.state };
    if (seen !== undefined && ownRevision(seen) !== ownRevision(now.revision))
      return { kind: "changed meanwhile" };
    if (Object.keys(faults).length > 0) return { kind: "refused", faults };
    await updateDraft(tx, id, rowOf(changes), changes.segment_ids);
    await noteActivity(tx, id, actor, "changed");
    return { kind: "changed" };
  });
}

/** A draft with what the campaign was made of, as far as that is still there. */
export async function duplicateCampaign(
  db: Database,
  id: string,
  actor: string,
): Promise<{ kind: "created"; id: string } | { kind: "unknown" }> {
  const original = await selectCampaign(db, id);
  if (original === undefined) return { kind: "unknown" };
  const copy = await insertWithActivity(
    db,
    {
      name: nameOfCopy(original.name),
      template_id: original.template?.id ?? null,
      segment_ids: original.segments.map((segment) => segment.id),
      gateway_id: original.gateway_by_default ? null : original.gateway_id,
      when_uncertain: original.when_uncertain,
    },
    actor,
  );
  return { kind: "created", id: copy };
}

export function readCampaign(db: Queryable, id: string): Promise<Campaign | undefined> {
  return selectCampaign(db, id);
}

async function insertWithActivity(
  db: Database,
  draft: Omit<Draft, "template_id"> & Pick<DraftRow, "template_id">,
  actor: string,
): Promise<string> {
  const { segment_ids, name, ...row } = draft;
  return db.transaction(async (tx) => {
    const id = await insertCampaign(tx, { ...row, name: name.trim() }, segment_ids, actor);
    await noteActivity(tx, id, actor, "created");
    return id;
  });
}

function rowOf({ segment_ids: _segments, name, ...row }: Partial<Draft>): Partial<DraftRow> {
  return { ...row, ...(name !== undefined && { name: name.trim() }) };
}

async function faultsIn(
  { db, gatewayWatch }: DraftContext,
  { template_id, segment_ids, gateway_id }: Partial<Draft>,
): Promise<DraftFaults> {
  const [template, segments, gateway] = await Promise.all([
    template_id === undefined || templateExists(db, template_id),
    segment_ids === undefined || allExist(db, segment_ids),
    gateway_id === undefined || gateway_id === null || mayExist(gatewayWatch, gateway_id),
  ]);
  return {
    ...(!template && { template_id: "This template does not exist any more. Choose another." }),
    ...(!segments && {
      segment_ids: "One of these segments does not exist any more. Choose again.",
    }),
    ...(!gateway && { gateway_id: "This gateway does not exist any more. Choose another." }),
  };
}

async function allExist(db: Queryable, ids: string[]): Promise<boolean> {
  const existing = await existingSegments(db, ids);
  return ids.every((id) => existing.has(id));
}

/** A gateway is refused only when the email client was seen without it; the launch asks again. */
async function mayExist(gatewayWatch: GatewayWatch, id: string): Promise<boolean> {
  const seen = await gatewayWatch.look();
  return seen.kind !== "seen" || seen.view.gateways.some((gateway) => gateway.id === id);
}

const MOST_OF_A_NAME = 200;

function nameOfCopy(name: string): string {
  const ending = " (copy)";
  return `${name.slice(0, MOST_OF_A_NAME - ending.length).toWellFormed()}${ending}`;
}
