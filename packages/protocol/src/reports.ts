import { type Static, Type } from "@sinclair/typebox";
import { EmailStateSchema } from "./batches.ts";
import { ENHANCED_STATUS } from "./bounces.ts";
import { Id, parser, Time } from "./values.ts";

/** At most this many reports in one call. */
export const REPORTS_LIMIT = 2_000;

/** Longest texts of a report; the sender cuts, so that one long answer of a gateway never blocks the others. */
export const MESSAGE_ID_LENGTH = 300;
export const DETAIL_LENGTH = 500;

/**
 * One transition of one email. (id, run, seq) names it for ever: web writes it once, however often it comes. `event` is
 * the machine's word for what happened, `due` when a retrying email is tried again.
 */
export const Report = Type.Object({
  id: Id,
  run: Type.Integer({ minimum: 1, maximum: 32_767 }),
  seq: Type.Integer({ minimum: 1, maximum: 32_767 }),
  event: Type.String({ pattern: "^[A-Z_]{1,20}$" }),
  state: EmailStateSchema,
  at: Time,
  attempt: Type.Integer({ minimum: 0, maximum: 32_767 }),
  gateway: Id,
  due: Type.Optional(Time),
  message_id: Type.Optional(Type.String({ maxLength: MESSAGE_ID_LENGTH })),
  error: Type.Optional(
    Type.Object({
      code: Type.String({ pattern: "^[a-z_]{1,40}$" }),
      detail: Type.Optional(Type.String({ maxLength: DETAIL_LENGTH })),
      /** The enhanced status code with which a server refused the recipient, or the sender's authentication. */
      status: Type.Optional(Type.String({ pattern: ENHANCED_STATUS })),
    }),
  ),
});
export type Report = Static<typeof Report>;
export const parseReport = parser(Report);

/** The envelope; each report in it is checked on its own, so that a bad one costs only itself. */
export const Reports = Type.Object({
  reports: Type.Array(Type.Unknown(), { minItems: 1, maxItems: REPORTS_LIMIT }),
});
export type Reports = Static<typeof Reports>;
export const parseReports = parser(Reports);

/**
 * What became of them: `applied` are new in the ledger, `repeated` stood there already, `unknown` name an email that web
 * does not have, `invalid` could not be read. None of them needs to be posted again.
 */
export const ReportsAnswer = Type.Object({
  applied: Type.Integer(),
  repeated: Type.Integer(),
  unknown: Type.Integer(),
  invalid: Type.Integer(),
});
export type ReportsAnswer = Static<typeof ReportsAnswer>;
export const parseReportsAnswer = parser(ReportsAnswer);
