import type { Sql } from "postgres";
import { CULTURES } from "@mailwright/web/cli/seed-names.ts";

export interface Contacts {
  /** One who was mailed as often as any. */
  one: string;
  /** A suppressed address of a contact, and the suppression. */
  suppressed: { email: string; suppression: string };
}

/** Of a hundred contacts, so many must not be mailed. */
const SUPPRESSED_PER_CENT = 1;

/**
 * Contacts who came over 400 days: a fifth with a name of their own besides the first and last, a tenth with none. Most
 * have their address at one of a few large domains, the others at one of thousands.
 */
export async function addContacts(sql: Sql, contacts: number): Promise<Contacts> {
  const [first, firstInAddress] = spelt("first");
  const [last, lastInAddress] = spelt("last");
  const cities = CULTURES.flatMap((culture) => culture.cities);
  await sql`SELECT setseed(0.5)`;
  await sql`
    WITH lists AS (
      SELECT ${first}::text[] AS first, ${firstInAddress}::text[] AS first_in_address,
        ${last}::text[] AS last, ${lastInAddress}::text[] AS last_in_address, ${cities}::text[] AS cities
    ),
    drawn AS MATERIALIZED (
      SELECT n, n % 10 AS digit, random() AS one, random() AS two, random() AS three, random() AS four, random() AS five,
        '1 day'::interval * (400.0 * (n - ${contacts}) / ${contacts}) AS shift
      FROM generate_series(1, ${contacts}) AS n
    ),
    person AS (
      SELECT n, digit, three, four, five, shift,
        first[1 + floor(one * cardinality(first))::int] AS first_name, last[1 + floor(two * cardinality(last))::int] AS last_name,
        cities[1 + floor(three * cardinality(cities))::int] AS city,
        first_in_address[1 + floor(one * cardinality(first))::int] || '.' || last_in_address[1 + floor(two * cardinality(last))::int]
          || n || '@' || CASE WHEN four < 0.4 THEN 'mail.example.com' WHEN four < 0.6 THEN 'post.example.org'
            WHEN four < 0.7 THEN 'letters.example.net' ELSE 'firm' || floor(five * 5000)::int || '.example.com' END AS email
      FROM drawn, lists
    )
    INSERT INTO contact (id, email, canonical_email, name, first_name, last_name, attributes, created_at, updated_at)
    SELECT uuidv7(shift), email, email, CASE WHEN digit IN (1, 2) THEN last_name || ' & Co. ' || n ELSE '' END,
      CASE WHEN digit = 0 THEN '' ELSE first_name END, CASE WHEN digit = 0 THEN '' ELSE last_name END,
      jsonb_build_object('city', city, 'plan', 'plan ' || n % 7, 'orders', floor(five * 40)::int,
        'last_order', to_char(now() - '1 day'::interval * floor(four * 700)::int, 'YYYY-MM-DD')),
      now() + shift, now() + shift
    FROM person ORDER BY n`;
  await sql`INSERT INTO attribute_key (key) VALUES ('city'), ('plan'), ('orders'), ('last_order')`;
  await suppressSome(sql);
  await sql`ANALYZE`;
  const [one] =
    await sql`SELECT id FROM contact ORDER BY id OFFSET ${Math.floor(contacts / 2)} LIMIT 1`;
  const [suppressed] =
    await sql`SELECT email, suppression.id AS suppression FROM suppression JOIN contact USING (canonical_email) LIMIT 1`;
  return { one: one?.["id"], suppressed: suppressed as unknown as Contacts["suppressed"] };
}

/** All names as they are written, and as they stand in an address. */
function spelt(which: "first" | "last"): [written: string[], romanised: string[]] {
  const names = CULTURES.flatMap((culture) => culture[which]);
  return [names.map(([written]) => written), names.map(([, romanised]) => romanised)];
}

/** Some of the contacts, and a tenth as many addresses that are nobody's any more. */
async function suppressSome(sql: Sql): Promise<void> {
  await sql`
    INSERT INTO suppression (canonical_email, reason, origin)
    SELECT canonical_email, (ARRAY['manual', 'unsubscribed', 'bounced', 'complained'])[1 + floor(random() * 4)::int], 'The benchmark'
    FROM contact WHERE random() * 100 < ${SUPPRESSED_PER_CENT}`;
  await sql`
    INSERT INTO suppression (canonical_email, reason, origin)
    SELECT 'gone' || n || '@example.com', 'bounced', 'The benchmark'
    FROM generate_series(1, (SELECT count(*) / 10 FROM suppression)) AS n`;
}
