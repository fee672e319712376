import { type Static, Type } from "@sinclair/typebox";
import { parser } from "./values.ts";

/** What a campaign is to do; obeyed before the next attempt. The answer is what stands then. */
export const Control = Type.Object({
  state: Type.Union([Type.Literal("running"), Type.Literal("paused"), Type.Literal("cancelled")]),
  /**
   * Each order has a higher number than the one before. One that comes after a later order, out of a process that was frozen or
   * a link that was held up, is not obeyed.
   */
  order: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
});
export type Control = Static<typeof Control>;
export const parseControl = parser(Control);
