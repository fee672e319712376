import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { TokenForm } from "../features/accounts/forms.ts";
import { createToken } from "../features/accounts/tokens.ts";
import { ROLES } from "../http/access.ts";
import { Input, oneOf } from "../http/forms.ts";
import { faultsOf } from "../http/messages.ts";
import { type Command, CommandError, type Given } from "./command.ts";

const DAY_MS = 86_400_000;

const TokenOptions = Input({
  name: TokenForm.properties.name,
  role: oneOf(ROLES, { error: `Choose one of: ${ROLES.join(" | ")}.` }),
  "expires-days": Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3_650,
      error: "Use a whole number of days from 1 to 3,650.",
    }),
  ),
});

export const token: Command = {
  usage: "token create --name <n> --role <r> [--expires-days <d>]",
  does: "prints a token for the API, and nothing else",
  options: { name: "text", role: "text", "expires-days": "text" },
  words: 1,
  async run(given, { context, print }) {
    if (given.words[0] !== "create")
      throw new CommandError("Say `token create --name <name> --role <role>`.");
    const { name, role, "expires-days": days } = optionsOf(given);
    const made = await createToken(context.db, {
      name,
      role,
      createdBy: "command line",
      ...(days !== undefined && { expiresAt: new Date(context.clock.now() + days * DAY_MS) }),
    });
    print(made.token);
    return 0;
  },
};

function optionsOf({ texts }: Given): Static<typeof TokenOptions> {
  const { name, role, "expires-days": days } = texts;
  const options = {
    name: name?.trim(),
    role,
    // A blank is no number of days, so that a variable which is not set makes no token for ever.
    ...(days !== undefined && { "expires-days": /^\d+$/.test(days) ? Number(days) : days }),
  };
  if (Value.Check(TokenOptions, options)) return options;
  const faults = Object.entries(faultsOf(TokenOptions, options));
  throw new CommandError(faults.map(([option, why]) => `--${option}: ${why}`).join("\n"));
}
