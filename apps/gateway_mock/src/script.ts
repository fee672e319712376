import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const Moment = Type.Union([Type.Literal("before"), Type.Literal("after")]);
const Milliseconds = Type.Integer({ minimum: 0, maximum: 3_600_000 });

/**
 * One answer prepared by a test. Whatever happens to it on the way, the message is accepted at once and then answered,
 * unless `cut` or `hang` says "before".
 */
export const ScriptedAnswer = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    /** Whether the message is taken into the ledger; by default when the status is 2xx. */
    accept: Type.Optional(Type.Boolean()),
    delay_ms: Type.Optional(Milliseconds),
    /** The Retry-After header: seconds, a date, or nonsense. */
    retry_after: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
    /** The connection is reset without an answer, before or after the message is accepted. */
    cut: Type.Optional(Moment),
    /** There is never an answer, and the connection stays open. */
    hang: Type.Optional(Moment),
    /** The answer's body comes a byte at a time, this far apart. */
    drip_ms: Type.Optional(Milliseconds),
    /** Instead of `{"message_id": …}`: a text as it stands, anything else as JSON. */
    body: Type.Optional(Type.Unknown()),
    /** A body of that many bytes instead. */
    body_bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
    content_type: Type.Optional(Type.String({ pattern: "^[\\x20-\\x7e]*$" })),
    /** How many requests it answers; 1 by default. */
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Only requests that fit: to that address, whatever its case. */
    match: Type.Optional(
      Type.Object({ to: Type.Optional(Type.String()) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
export type ScriptedAnswer = Static<typeof ScriptedAnswer>;

const checker = TypeCompiler.Compile(Type.Array(ScriptedAnswer, { maxItems: 100_000 }));

/** Reads a script, or says which entry is at fault. */
export function parseScript(
  value: unknown,
): { ok: true; script: ScriptedAnswer[] } | { ok: false; fault: string } {
  if (checker.Check(value)) return { ok: true, script: value };
  const error = checker.Errors(value).First();
  return {
    ok: false,
    fault: `${error?.path || "The script"}: ${error?.message ?? "not a script"}`,
  };
}

/** The answers that tests have prepared, taken from the front by the requests that fit them. */
export class Script {
  private waiting: { answer: ScriptedAnswer; left: number }[] = [];

  set(answers: readonly ScriptedAnswer[]): void {
    this.waiting = answers.map((answer) => ({ answer, left: answer.times ?? 1 }));
  }

  clear(): void {
    this.waiting = [];
  }

  /** What is still to be given, with how often. */
  get rest(): ScriptedAnswer[] {
    return this.waiting.map(({ answer, left }) => ({ ...answer, times: left }));
  }

  /** The next answer for a message to that address, if one is prepared. */
  take(to: string): ScriptedAnswer | undefined {
    if (this.waiting.length === 0) return undefined;
    const index = this.waiting.findIndex(({ answer }) => fits(answer, to));
    const entry = this.waiting[index];
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.waiting.splice(index, 1);
    return entry.answer;
  }
}

function fits({ match }: ScriptedAnswer, to: string): boolean {
  return match?.to === undefined || match.to.toLowerCase() === to.toLowerCase();
}
