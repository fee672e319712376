import { countContacts } from "../features/contacts/contacts.ts";
import { type Command, CommandError, type Given } from "./command.ts";
import { addCampaign } from "./seed-campaigns.ts";
import { addPeople, inventPerson } from "./seed-people.ts";
import { planCampaigns } from "./seed-plans.ts";
import { addSegments } from "./seed-segments.ts";
import { addTemplates } from "./seed-templates.ts";

/** Who made it all, in the history. */
const ACTOR = "mailwright seed";

export const seed: Command = {
  usage: "seed [--contacts <n>] [--campaigns <n>] [--seed <n>] [--add]",
  does: "fills an empty installation with invented contacts and campaigns; sends nothing",
  options: { contacts: "text", campaigns: "text", seed: "text", add: "flag" },
  async run(given, { context, print }) {
    const { contacts, campaigns, seed: number, add } = numbersOf(given);
    const { db, clock } = context;
    const there = await countContacts(db);
    if (there > 0 && !add) {
      throw new CommandError(
        `This installation holds ${there} contacts already, and invented ones would stand among them. ` +
          "Say --add if that is what you want, or name an empty database by DATABASE_URL.",
      );
    }
    // No campaign waits long to hear which gateway is the default one.
    await context.gatewayWatch.refresh();
    const now = clock.now();
    const named = (name: string) => (number === 1 ? name : `${name} (${number})`);
    const people = Array.from({ length: contacts }, (_, index) =>
      inventPerson(number, index + 1, now),
    );
    print(`${await addPeople(db, people)} contacts added.`);
    const segments = await addSegments(db, people, named);
    const templates = await addTemplates(db, named, ACTOR);
    print(
      `${Object.keys(segments).length} segments and ${Object.keys(templates).length} templates are there.`,
    );
    for (const plan of planCampaigns(campaigns, { segments, templates }, now, named)) {
      const emails = await addCampaign(context, plan, ACTOR);
      print(`“${plan.name}”: ${plan.ending}${emails > 0 ? `, ${emails} emails added` : ""}.`);
    }
    return 0;
  },
};

/** The fewest that leave somebody in every segment, and the most that are invented in minutes. */
const CONTACTS = { fewest: 100, most: 1_000_000 };
/** A letter a week, a year back. */
const CAMPAIGNS = { fewest: 0, most: 50 };
const SEEDS = { fewest: 1, most: 1_000_000 };

function numbersOf({ texts, flags }: Given) {
  return {
    contacts: readNumber("--contacts", texts["contacts"] ?? "2000", CONTACTS),
    campaigns: readNumber("--campaigns", texts["campaigns"] ?? "8", CAMPAIGNS),
    seed: readNumber("--seed", texts["seed"] ?? "1", SEEDS),
    add: flags.includes("add"),
  };
}

function readNumber(
  option: string,
  text: string,
  { fewest, most }: { fewest: number; most: number },
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= fewest && number <= most) return number;
  throw new CommandError(`${option} must be a number from ${fewest} to ${most}.`);
}
