import { silentLog, systemClock } from "@mailwright/platform";
import type { DispatchContext } from "../features/dispatch/context.ts";
import { freezeLaunched } from "../features/dispatch/freeze.ts";
import { createLinks } from "../features/leaving/links.ts";
import { type EmailClientStandIn, emailClientStandIn } from "./email-client-stand-in.ts";
import { launchingCampaign, type LedgerFixture, ledgerFixture } from "./ledger.ts";

/** A campaign whose audience is frozen and of which nothing is handed over yet. For tests. */
export interface FrozenCampaign extends AsyncDisposable {
  db: LedgerFixture["db"];
  campaign: string;
  standIn: EmailClientStandIn;
  context: DispatchContext;
}

export async function frozenCampaign(contacts: number): Promise<FrozenCampaign> {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(contacts));
  const standIn = stack.use(emailClientStandIn());
  const { db } = ledger;
  const links = createLinks(db, "https://web.example.com");
  const context = { db, clock: systemClock, log: silentLog, emailClient: standIn.client, links };
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched(context);
  return { db, campaign, standIn, context, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
