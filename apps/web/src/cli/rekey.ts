import { parser } from "@mailwright/protocol";
import { Type } from "@sinclair/typebox";
import { type Command, CommandError } from "./command.ts";

const Rewrapped = parser(
  Type.Object({ rewrapped: Type.Integer(), unopened: Type.Array(Type.String()) }),
);

export const rekey: Command = {
  usage: "rekey",
  does: "wraps every gateway's data key with the first of CREDENTIALS_KEYS",
  async run(_given, { context, print }) {
    const answer = await context.emailClient.call(
      "POST",
      "/v1/settings/rewrap",
      undefined,
      Rewrapped,
    );
    if (answer.kind !== "ok") {
      const { why } = answer;
      throw new CommandError(
        `The email client did not do it: ${why}. It must run with the new key first in CREDENTIALS_KEYS.`,
      );
    }
    const { rewrapped, unopened } = answer.value;
    const those = rewrapped === 1 ? "1 gateway is" : `${rewrapped} gateways are`;
    print(`${those} wrapped with the first of CREDENTIALS_KEYS.`);
    for (const name of unopened) {
      print(
        `Not “${name}”: no configured key opens it. Enter its secrets again, or bring back the key it was saved with.`,
      );
    }
    if (rewrapped > 0)
      print("No gateway needs the other keys any more; bounces of what was sent before do.");
    return unopened.length === 0 ? 0 : 1;
  },
};
