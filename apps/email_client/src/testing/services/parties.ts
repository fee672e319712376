import addressparser from "nodemailer/lib/addressparser";
import { peopleOf, readMail } from "../smtp-receiver.ts";
import type { Party } from "./fake-service.ts";

/** Everybody named in a text of addresses (RFC 5322 3.4), as a service that parses it would have it. */
export function partiesIn(text: string): Party[] {
  return addressparser(text, { flatten: true }).map(({ name, address }) => ({
    name,
    email: address,
  }));
}

export function partyIn(text: string): Party {
  const [party = { name: "", email: "" }] = partiesIn(text);
  return party;
}

/** The same of a text in ASCII, whose names may be encoded words (RFC 2047). */
export async function encodedPartiesIn(text: string): Promise<Party[]> {
  return peopleOf((await readMail(Buffer.from(`To: ${text}\r\n\r\n`))).to);
}
