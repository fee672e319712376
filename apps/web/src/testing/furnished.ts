import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { optOut } from "../features/segments/opt-outs.ts";
import { createSegment } from "../features/segments/segments.ts";
import { suppress } from "../features/suppressions/suppressions.ts";
import { receiveFile } from "../features/imports/upload.ts";
import { saveTemplate } from "../features/templates/templates.ts";
import { type CampaignFixture, campaignFixture, launchedWith, settingsWith } from "./campaigns.ts";
import { apiClient, signedInClient } from "./client.ts";

/** A web with something of everything, in every state that has forms of its own. */
export interface Furnished extends CampaignFixture {
  /** Where a route leads: to each thing that its parameters can name. */
  placesOf(path: string): string[];
  /** What there is, by what stands before `:id` in the path of a route, or by the name of another parameter. */
  named: Readonly<Record<string, readonly string[]>>;
}

export async function furnished(parts: Parameters<typeof campaignFixture>[1]): Promise<Furnished> {
  const fixture = await campaignFixture(8, parts);
  const { context } = fixture;
  const { db } = context;
  const campaigns = [await fixture.draft("A draft")];
  const emails: string[] = [];
  for (const state of ["sending", "paused", "cancelled", "finished"] as const) {
    const campaign = await fixture.draft(`Is ${state}`);
    const counts = { sent: 2, failed: 2, uncertain: 1, ...(state === "sending" && { queued: 2 }) };
    const ids = await launchedWith(fixture, campaign, state, counts);
    campaigns.push(campaign);
    emails.push(ids.failed[0] ?? "", ids.uncertain[0] ?? "");
  }
  const contacts = await db.execute<{ id: string; email: string }>(
    sql`SELECT "id", "canonical_email" AS "email" FROM "contact" ORDER BY "id"`,
  );
  await suppress(db, [contacts[0]?.email ?? ""], { reason: "manual", origin: "test" });
  const suppressions = await db.execute<{ id: string }>(sql`SELECT "id" FROM "suppression"`);
  const rule = { field: "first_name", is: "equals", value: "P1" };
  const dynamic = await createSegment(db, { name: "By rule", rule });
  if (dynamic.kind !== "created") throw new Error("the rule of a fixture was refused");
  await optOut(db, dynamic.segment.id, contacts[1]?.id ?? "", emails[0] ?? "");
  const empty = await createSegment(db, { name: "Nobody yet" });
  if (empty.kind !== "created") throw new Error("the segment of a fixture was refused");
  await saveTemplate(db, fixture.template, { subject: "Again" }, "Anna");
  const other = newId();
  const { gateways, kinds } = settingsWith(fixture.gateway);
  const others = settingsWith(other).gateways.map((each) => ({ ...each, default: false }));
  fixture.standIn.answerAlways("GET /v1/settings", { gateways: [...gateways, ...others], kinds });
  await context.gatewayWatch.refresh();
  const { person } = await signedInClient(context, "editor");
  const { token } = await apiClient(context, "viewer");
  const named: Furnished["named"] = {
    campaigns,
    contacts: contacts.map(({ id }) => id),
    segments: [fixture.segment, dynamic.segment.id, empty.segment.id],
    segment_id: [fixture.segment, dynamic.segment.id],
    contact_id: contacts.map(({ id }) => id),
    templates: [fixture.template],
    version: ["1", "2"],
    suppressions: suppressions.map(({ id }) => id),
    gateways: [fixture.gateway, other],
    emails,
    imports: [await uploaded(fixture), await uploaded(fixture)],
    accounts: [person.user.id],
    tokens: [token.split("_")[1] ?? ""],
    email: contacts.map(({ email }) => email),
    name: ["email"],
    kind: ["html"],
  };
  return { ...fixture, named, placesOf: (path) => placesOf(named, path) };
}

function placesOf(named: Furnished["named"], path: string): string[] {
  const [, subject = ""] = /([a-z]+)\/:id/.exec(path) ?? [];
  const known = [...path.matchAll(/:(\w+)/g)].map(
    ([, name = ""]) => named[name === "id" ? subject : name] ?? [],
  );
  const count = Math.max(1, ...known.map((each) => each.length));
  return Array.from({ length: count }, (_, index) => {
    const parameters = known.values();
    return path.replaceAll(/:\w+/g, () => {
      const { value = [] } = parameters.next();
      return encodeURIComponent(value[index % value.length] ?? "none");
    });
  });
}

/** A file that waits for somebody to say what its columns are. */
async function uploaded({ context: { db } }: CampaignFixture): Promise<string> {
  const about = { fileName: "people.csv", createdBy: "test" };
  const received = await receiveFile(db, about, new Blob([FILE]).stream());
  if (received.kind !== "uploaded") throw new Error(received.message);
  return received.id;
}

const FILE = "email,city\na@example.com,Ghent\n";
