import { isId } from "@mailwright/platform";
import { readCampaign } from "../features/campaigns/campaigns.ts";
import { type Command, CommandError } from "./command.ts";
import { type Difference, differences } from "./replay-queries.ts";

export const replay: Command = {
  usage: "replay [<campaign>]",
  does: "folds the history anew and names what the ledger says differently",
  words: 1,
  async run({ words: [campaign] }, { context, print }) {
    if (campaign !== undefined && !isId(campaign))
      throw new CommandError("A campaign is named by its id.");
    if (campaign !== undefined && (await readCampaign(context.db, campaign)) === undefined)
      throw new CommandError("There is no campaign with this id.");
    const { emails, found } = await differences(context.db, campaign);
    for (const difference of found) print(sentence(difference));
    print(
      found.length === 0
        ? `The history of ${emails} emails, folded anew, is what the ledger says.`
        : `${found.length} differences in ${emails} emails.`,
    );
    return found.length === 0 ? 0 : 1;
  },
};

function sentence({ what, id, ledger, history }: Difference): string {
  return `${what} ${id}: the ledger says ${ledger}, the history ${history}`;
}
