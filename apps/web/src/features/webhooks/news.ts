import type { WebhookFact } from "@mailwright/protocol";
import { withoutAddresses } from "../../db/erased-text.ts";
import type { Queryable } from "../../db/open.ts";
import { storable } from "../../db/storable.ts";
import { type EmailFact, noteFacts, type ToldFact } from "../emails/facts.ts";
import type { Concerned } from "./queries.ts";

/** A fact that was not known, and the email it is of. */
export interface News {
  fact: EmailFact;
  email: Concerned;
}

/** Writes down what is told of emails; answers what was not known, each with its email. */
export async function noteNews(
  tx: Queryable,
  { kind: source }: { kind: string },
  facts: readonly WebhookFact[],
  emails: ReadonlyMap<string, Concerned>,
): Promise<News[]> {
  const written = await noteFacts(
    tx,
    facts.map((fact) => toldFact(fact, source, emails.get(fact.email)?.address === "")),
  );
  return written.flatMap((fact) => {
    const email = emails.get(fact.email_id);
    return email === undefined ? [] : [{ fact, email }];
  });
}

/** Of somebody who was erased no address comes back with what a gateway says. */
function toldFact(
  { email, kind, at, key, ...more }: WebhookFact,
  source: string,
  erased: boolean,
): ToldFact {
  const { bounce, status, detail } = more;
  if (kind === "accepted") throw new TypeError("an acceptance is no fact to be kept");
  return {
    email_id: email,
    kind,
    at: new Date(at),
    source,
    // A provider's id may be anything, and may be the same for another kind of event.
    dedupe_key: storable(`${source} ${kind} ${key}`),
    detail: {
      ...(bounce !== undefined && { class: bounce }),
      ...(status !== undefined && { status }),
      ...(detail !== undefined && { text: storable(erased ? withoutAddresses(detail) : detail) }),
    },
  };
}
