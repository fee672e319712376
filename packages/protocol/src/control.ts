import { type Static, Type } from "@sinclair/typebox";
import { parser } from "./values.ts";

/** What a campaign is to do; obeyed before the next attempt. */
export const Control = Type.Object({
  state: Type.Union([Type.Literal("running"), Type.Literal("paused"), Type.Literal("cancelled")]),
});
export type Control = Static<typeof Control>;
export const parseControl = parser(Control);
