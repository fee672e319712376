import type { Asked, AskedOfEach } from "./reach.ts";

interface Result {
  outcome: string;
  detail?: string;
}

/** What one gateway came to. Of one that could not be asked or was not heard of, as near as an outcome says it. */
type Line<R extends Result> = R | { outcome: "unavailable" | "ambiguous"; detail: string };

/**
 * What asking each gateway of a route came to, as one answer: its own outcome is `good` when all of theirs are, else that
 * of the first which is not.
 */
export function answerOfEach<R extends Result>(each: AskedOfEach<R>, good: R["outcome"]) {
  const lines = each.map(({ gateway, asked }) => ({ gateway, line: lineOf(asked) }));
  const told = lines.find(({ line }) => line.outcome !== good) ?? lines[0];
  if (told === undefined) throw new Error("nobody was asked");
  const { gateway, line } = told;
  return {
    ...line,
    ...(line.detail !== undefined && { detail: `“${gateway.name}”: ${line.detail}` }),
    gateways: lines.map((one) => ({ ...one.gateway, ...one.line })),
  };
}

function lineOf<R extends Result>(asked: Asked<R>): Line<R> {
  switch (asked.kind) {
    case "answered":
      return asked.result;
    case "unknown":
      return { outcome: "unavailable", detail: "It is not set up yet: see what is missing." };
    case "refused":
      return { outcome: "unavailable", detail: asked.why };
    case "unreachable":
      return { outcome: "ambiguous", detail: `The email client did not tell: ${asked.why}.` };
  }
}
