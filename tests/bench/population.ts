import type { BenchInstallation } from "./installation.ts";
import { addCampaigns, type Campaigns } from "./population-campaigns.ts";
import { addContacts, type Contacts } from "./population-contacts.ts";
import { addRest, type Rest } from "./population-rest.ts";
import { addSegments, leaveSome, type Segments } from "./population-segments.ts";
import { addTemplates, type Templates } from "./population-templates.ts";

/** How large an installation is made. */
export interface Scale {
  contacts: number;
  emails: number;
}

/** What of an installation's many things stands for its kind, by id. */
export interface Population {
  contacts: Contacts;
  segments: Segments;
  templates: Templates;
  campaigns: Campaigns;
  rest: Rest;
  gateway: string;
}

/**
 * Fills an empty installation as years of use would, by SQL: a hundred times faster than using it. What the triggers keep
 * (tallies, sizes, that counts add up) they keep here too, and what emails go through is what their machine says.
 */
export async function populate(
  installation: BenchInstallation,
  { contacts, emails }: Scale,
): Promise<Population> {
  const { sql, api } = installation;
  const { items } = await api<{ items: { id: string }[] }>("GET", "/gateways");
  const gateway = items[0]?.id ?? "";
  await sql`SET statement_timeout = 0`;
  const people = await addContacts(sql, contacts);
  const segments = await addSegments(sql);
  await leaveSome(sql, segments.domain, people.one);
  const templates = await addTemplates(sql);
  const campaigns = await addCampaigns(installation, { emails, gateway, segments, templates });
  const rest = await addRest(installation);
  // What autovacuum would have done by the time that somebody looks.
  await sql`VACUUM ANALYZE`;
  return { contacts: people, segments, templates, campaigns, rest, gateway };
}
