import { createToken } from "../features/accounts/tokens.ts";
import { isRole, ROLES } from "../http/access.ts";
import { type Command, CommandError } from "./command.ts";

const DAY_MS = 86_400_000;

export const token: Command = {
  usage: "token create --name <n> --role <r> [--expires-days <d>]",
  does: "prints a token for the API, and nothing else",
  options: { name: "text", role: "text", "expires-days": "text" },
  words: 1,
  async run({ words, texts }, { context, print }) {
    if (words[0] !== "create")
      throw new CommandError("Say `token create --name <name> --role <role>`.");
    const { name = "", role = "", "expires-days": days } = texts;
    if (name.trim() === "")
      throw new CommandError(
        "Give the token a name, so that it can be told from the others: --name <name>.",
      );
    if (!isRole(role))
      throw new CommandError(`Give the token a role: --role ${ROLES.join(" | ")}.`);
    const expiry = Number(days);
    if (days !== undefined && !(expiry > 0))
      throw new CommandError("--expires-days must be a number of days above zero.");
    const made = await createToken(context.db, {
      name: name.trim(),
      role,
      createdBy: "command line",
      ...(days !== undefined && { expiresAt: new Date(context.clock.now() + expiry * DAY_MS) }),
    });
    print(made.token);
    return 0;
  },
};
