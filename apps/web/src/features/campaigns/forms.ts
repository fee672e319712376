import { Type } from "@sinclair/typebox";
import { ID_PATTERN } from "@mailwright/platform";
import { EMAIL_STATES } from "@mailwright/email_machine";
import { CAMPAIGN_ACTIONS, CAMPAIGN_STATES } from "../../campaign-words.ts";
import { Changes, Input, Moment, oneOf, SeenRevision } from "../../http/forms.ts";
import { ListQuery } from "../../http/paging.ts";
import { sortedBy } from "../../http/sorting.ts";
import type { ListedState } from "./list.ts";

const chosen = (title: string, error: string) => Type.String({ title, pattern: ID_PATTERN, error });

const WHEN_UNCERTAIN_CHOICES = ["hold", "resend"] as const;

/** What a marketer decides about a campaign; the form and the API take the same. */
export const CampaignInput = Input({
  name: Type.String({
    title: "Name",
    minLength: 1,
    maxLength: 200,
    pattern: String.raw`^[^\r\n]*\S[^\r\n]*$`,
    error: (value: unknown) =>
      typeof value === "string" && value.length > 200
        ? `Use at most 200 characters; these are ${value.length}.`
        : "Give it a name, on one line.",
  }),
  template_id: chosen("Template", "Choose a template."),
  segment_ids: Type.Array(chosen("Segment", "Choose segments from the list."), {
    title: "Segments",
    minItems: 1,
    maxItems: 100,
    error: (value: unknown) =>
      Array.isArray(value) && value.length > 100
        ? `Choose at most 100 segments; these are ${value.length}.`
        : "Choose at least one segment.",
  }),
  gateway_id: Type.Union([chosen("Gateway", "Choose a gateway from the list."), Type.Null()], {
    default: null,
    title: "Gateway",
  }),
  when_uncertain: oneOf(WHEN_UNCERTAIN_CHOICES, { default: "hold" }),
});

/** The same over the API: what has a default may be left out. */
export const NewCampaign = Input({
  ...CampaignInput.properties,
  gateway_id: Type.Optional(CampaignInput.properties.gateway_id),
  when_uncertain: Type.Optional(CampaignInput.properties.when_uncertain),
});

export const CampaignChanges = Changes(
  Input({ ...CampaignInput.properties, revision: SeenRevision }),
);

/** What the API takes with a launch, if anything. */
export const LaunchInput = Input({
  revision: Type.Optional(
    Type.String({
      title: "Revision",
      maxLength: 100,
      description:
        "The revision of the draft that was looked at: 409 when the draft, its template, the settings, or the name or rule of one of its segments are others by now. Members of a static segment, and contacts whom a rule finds, may come and go.",
    }),
  ),
  gateway_id: Type.Optional(
    Type.String({
      title: "Gateway",
      pattern: ID_PATTERN,
      error: "This is no id of a gateway.",
      description:
        "The gateway that it is expected to go through: 409 when it would be another, for a draft that names none goes through whichever is the default by now.",
    }),
  ),
});

/** What the API says of a campaign. */
export const CampaignView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: oneOf(CAMPAIGN_STATES),
  state_reason: Type.Union([Type.String(), Type.Null()]),
  template_id: Type.Union([Type.String(), Type.Null()]),
  template_version: Type.Union([Type.Integer(), Type.Null()], {
    description: "The version that was frozen at launch.",
  }),
  segment_ids: Type.Array(Type.String()),
  gateway_id: Type.Union([Type.String(), Type.Null()]),
  when_uncertain: oneOf(WHEN_UNCERTAIN_CHOICES),
  audience: Type.Integer({ description: "How many recipients were frozen at launch." }),
  counts: Type.Object(
    Object.fromEntries(EMAIL_STATES.map((state) => [state, Type.Integer()])) as Record<
      (typeof EMAIL_STATES)[number],
      ReturnType<typeof Type.Integer>
    >,
  ),
  created_at: Moment,
  updated_at: Moment,
  revision: Type.String({
    description:
      "Another with every change of the campaign and, of a draft, of what a launch takes: its template, the settings, and the names and rules of its segments. A change that names it is a 409 instead of undoing one of the draft that came between; a launch that names it is a 409 when any of these are others by now. Which gateway is the default is not in it: a launch can name that too.",
  }),
  launched_at: Type.Union([Moment, Type.Null()]),
  finished_at: Type.Union([Moment, Type.Null()]),
});

/** Who did what to a campaign. */
export const ActivityView = Type.Object({
  items: Type.Array(
    Type.Object({
      at: Moment,
      actor: Type.String({
        description: "The name of a person or a token; Mailwright for a rule.",
      }),
      action: oneOf(CAMPAIGN_ACTIONS),
      detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    }),
  ),
});

const ListedStateField = oneOf<ListedState>([...CAMPAIGN_STATES, "moving"], {
  description: "moving is launching, sending, paused or cancelling.",
});

/** What the list can be sorted by. */
export const CAMPAIGN_SORTS = { created: "id", name: "text", audience: "number" } as const;

/** The query of the list of campaigns. */
export const CampaignsQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 200 }),
  state: Type.Optional(ListedStateField),
  sort: oneOf(["created", "name", "audience"], { default: "created" }),
  direction: oneOf(["ascending", "descending"], { default: "descending" }),
});

/** The same over the API, where a slip is refused. */
export const CampaignListQuery = Type.Object({
  ...ListQuery.properties,
  ...sortedBy(CAMPAIGN_SORTS),
  search: Type.Optional(Type.String({ maxLength: 200, description: "What stands in the name." })),
  q: Type.Optional(
    Type.String({ maxLength: 200, description: "Another name for `search`, which comes first." }),
  ),
  state: Type.Optional(ListedStateField),
});

/** Which segments are looked at: by the form's estimate and its choices. */
export const SegmentsQuery = Type.Object({
  segment_ids: Type.Array(Type.String({ pattern: ID_PATTERN }), { default: [], maxItems: 100 }),
  segment: Type.String({ default: "", maxLength: 200 }),
});

const Requeueable = oneOf(["failed", "uncertain"], {
  error: "Only failed and uncertain emails can be sent again.",
});

/** Which emails are sent again: all in the states, or those of the named ones that are. */
export const RequeueInput = Input({
  states: Type.Array(Requeueable, {
    title: "States",
    minItems: 1,
    maxItems: 2,
    error: "Name at least one of failed and uncertain.",
  }),
  email_ids: Type.Optional(
    Type.Array(Type.String({ pattern: ID_PATTERN, error: "This is no id of an email." }), {
      title: "Emails",
      maxItems: 1_000,
    }),
  ),
  perhaps_twice: Type.Optional(
    Type.Boolean({
      description:
        "Of some that failed it became known later, or nobody can tell, whether an earlier attempt was accepted, as of every uncertain one: sent again, they may arrive twice. With `false` nothing is sent again while there are such among them, and the answer is 409. Left out, it is `true` if uncertain ones are named, and `false` if not.",
    }),
  ),
});
