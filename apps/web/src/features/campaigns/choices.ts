import { isId } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { type AudienceSegment, segmentChoices } from "./audience.ts";
import { type TemplateChoice, templatesToChoose } from "./choices-queries.ts";

/** What a draft can be made of. */
export interface DraftChoices {
  templates: readonly TemplateChoice[];
  segments: readonly AudienceSegment[];
  /** Whether there are more segments than are shown. */
  moreSegments: boolean;
  /** Empty when the email client does not answer. */
  gateways: readonly { id: string; name: string; default: boolean }[];
}

/** A list to choose from in a browser; whoever has more templates finds theirs by its first letters. */
const MOST_TEMPLATES = 500;

/** What there is to choose from, with what is chosen already among it. */
export async function draftChoices(
  { db, gatewayWatch }: { db: Queryable; gatewayWatch: GatewayWatch },
  chosen: { template?: string | undefined; segments?: readonly string[] | undefined },
): Promise<DraftChoices> {
  const template = isId(chosen.template) ? chosen.template : undefined;
  const [templates, { segments, more }, seen] = await Promise.all([
    templatesToChoose(db, template, MOST_TEMPLATES),
    segmentChoices(db, (chosen.segments ?? []).filter(isId), ""),
    gatewayWatch.look(),
  ]);
  return {
    templates,
    segments,
    moreSegments: more,
    gateways: seen.kind === "seen" ? seen.view.gateways : [],
  };
}
