import type { Installation } from "../system/installation.ts";

interface Made {
  id: string;
}

/** A draft that can be launched, to contacts of its own; everything of it is called after `name`. */
export interface Draft {
  id: string;
  name: string;
  segment: string;
  template: string;
  contacts: { id: string; email: string }[];
}

export async function makeDraft(
  { api, sql }: Installation,
  name: string,
  contacts = 3,
): Promise<Draft> {
  const word = name.toLowerCase().replaceAll(/\W+/g, "-");
  const segment = await api<Made>("POST", "/segments", { name: `${name} readers` });
  const people = await sql`
    WITH added AS (
      INSERT INTO contact (email, canonical_email, first_name)
      SELECT address, address, 'P' || n FROM generate_series(1, ${contacts}) n,
        LATERAL (SELECT ${word} || '-' || n || '@example.com' AS address) a
      RETURNING id, email
    ), joined AS (INSERT INTO segment_contact (segment_id, contact_id) SELECT ${segment.id}, id FROM added)
    SELECT id, email FROM added`;
  const template = await api<Made>("POST", "/templates", {
    name: `${name} letter`,
    kind: "html",
    subject: "Hello {{ contact.first_name }}",
    body: "<p>Hello {{ contact.first_name }}</p>",
  });
  const campaign = await api<Made>("POST", "/campaigns", {
    name,
    template_id: template.id,
    segment_ids: [segment.id],
  });
  return {
    id: campaign.id,
    name,
    segment: segment.id,
    template: template.id,
    contacts: people.map(({ id, email }) => ({ id: id as string, email: email as string })),
  };
}

/** How often the gateway accepted each email of a campaign. */
export async function acceptancesOf(
  { mock, sql }: Installation,
  campaign: string,
): Promise<number[]> {
  const { items } = await mock<{ items: { key: string }[] }>("GET", "/ledger?limit=1000");
  const emails = await sql`SELECT id FROM email WHERE campaign_id = ${campaign}`;
  return emails.map(({ id }) => items.filter(({ key }) => key === id).length);
}
