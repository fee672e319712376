import { Type } from "@sinclair/typebox";
import { EmailStateSchema } from "@mailwright/protocol";
import { EMAIL_FACT_KINDS } from "../../campaign-words.ts";
import { Moment, oneOf } from "../../http/forms.ts";
import { ListQuery } from "../../http/paging.ts";
import { NO_REASON } from "./reasons.ts";

export const FactKind = oneOf(EMAIL_FACT_KINDS);

/** Which of a campaign's emails a call is about. */
export const EmailFilterQuery = Type.Object({
  state: Type.Optional(EmailStateSchema),
  reason: Type.Optional(
    Type.String({
      pattern: "^[a-z_]{1,40}$",
      description: `The code of an error; \`${NO_REASON}\` where no reason was given.`,
    }),
  ),
  fact: Type.Optional(FactKind),
  address: Type.Optional(
    Type.String({
      maxLength: 254,
      description: "What the address begins with; then they are sorted by it.",
    }),
  ),
});

/** The query of a campaign's emails. */
export const EmailsQuery = Type.Object({
  ...ListQuery.properties,
  ...EmailFilterQuery.properties,
});

const EmailError = Type.Union([
  Type.Object({ code: Type.String(), detail: Type.Union([Type.String(), Type.Null()]) }),
  Type.Null(),
]);

const MomentOrNull = Type.Union([Moment, Type.Null()]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const standing = {
  id: Type.String({ description: "The email's." }),
  run: Type.Integer({ description: "One more than how often it was requeued." }),
  seq: Type.Integer({ description: "The number of its last transition in this run." }),
  state: EmailStateSchema,
  at: Moment,
  attempt: Type.Integer(),
  message_id: TextOrNull,
  error: EmailError,
  gateway_id: TextOrNull,
  due_at: MomentOrNull,
};

/** An email as it is now. */
export const EmailView = Type.Object({
  ...standing,
  campaign_id: Type.String(),
  contact_id: Type.String(),
  address: Type.String({ description: "At launch; empty once its contact was erased." }),
});

/** An email as it is now, and why, in words. */
export const ExplainedEmailView = Type.Object({
  ...EmailView.properties,
  why: Type.Object({
    what: Type.String(),
    meaning: Type.String(),
    todo: Type.Optional(Type.String()),
    unwelcome: Type.Optional(
      Type.Boolean({
        description: "True of one that was sent, and bounced or was reported as spam.",
      }),
    ),
  }),
});

/** One transition. */
export const EventView = Type.Object({ ...standing, event: Type.String() });

/** What became known of an email beside its transitions. */
export const FactsView = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: FactKind,
      at: Moment,
      source: Type.String({
        description: "`page` or `one-click` for the recipient, or the kind of the gateway.",
      }),
      detail: Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
      ),
    }),
  ),
});

/** Emails of a campaign by what became known of them. */
export const FactCounts = Type.Partial(
  Type.Object({
    unsubscribed: Type.Integer(),
    "left segments": Type.Integer(),
    resubscribed: Type.Integer(),
    delivered: Type.Integer(),
    bounced: Type.Integer(),
    complained: Type.Integer(),
  }),
);
