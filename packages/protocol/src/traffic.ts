import { type Static, Type } from "@sinclair/typebox";
import { parser, Time } from "./values.ts";

const Count = Type.Integer({ minimum: 0 });

/** What all workers' attempts through a gateway came to in one minute, which begins at `at`. */
export const MinuteOfTraffic = Type.Object({
  at: Time,
  accepted: Count,
  rejected: Count,
  unauthorized: Count,
  throttled: Count,
  unavailable: Count,
  ambiguous: Count,
});
export type MinuteOfTraffic = Static<typeof MinuteOfTraffic>;

/** How a gateway fares: what it may be asked to take now, and what became of the last hour's attempts. */
export const GatewayTraffic = Type.Object({
  /** When this was so. */
  at: Time,
  /** Of all emails together, a second, now; null is no limit. */
  rate_per_second: Type.Union([Type.Number(), Type.Null()]),
  /** What is slowed down because it throttled: everything, or emails to one domain; until when, if nothing more comes. */
  slowed: Type.Array(
    Type.Object({
      domain: Type.Optional(Type.String()),
      rate_per_second: Type.Number(),
      until: Time,
    }),
  ),
  /** The last hour, oldest first, without the minutes in which nothing was attempted. */
  minutes: Type.Array(MinuteOfTraffic),
});
export type GatewayTraffic = Static<typeof GatewayTraffic>;
export const parseGatewayTraffic = parser(GatewayTraffic);
