import type { Draws } from "@mailwright/platform";
import type { Installation } from "../system/installation.ts";

/** Something that a person does while emails are being sent. */
export interface Deed {
  name: string;
  weight: number;
  /** Resolves when it is done, or has been refused. */
  act(all: Installation, campaigns: readonly string[], draws: Draws): Promise<unknown>;
}

/** So many people unsubscribe at once. */
const AT_ONCE = 5;

function toCampaign(
  name: string,
  weight: number,
  method: string,
  path: string,
  body?: object,
): Deed {
  return {
    name,
    weight,
    act: ({ api }, campaigns, draws) =>
      api(method, `/campaigns/${draws.pick(campaigns)}/${path}`, body),
  };
}

/** What people do to campaigns, contacts and gateways while both services have troubles of their own. */
export const DEEDS: readonly Deed[] = [
  toCampaign("pause", 3, "POST", "pause"),
  toCampaign("resume", 6, "DELETE", "pause"),
  toCampaign("cancel", 1, "POST", "cancel"),
  toCampaign("requeue what failed", 3, "POST", "requeue", {
    states: ["failed"],
    perhaps_twice: true,
  }),
  toCampaign("requeue what is uncertain", 1, "POST", "requeue", { states: ["uncertain"] }),
  {
    name: "unsubscribe some",
    weight: 5,
    async act({ api, sql }) {
      // Whoever still waits for an email comes first: theirs is the one that must not be attempted any more.
      const rows = await sql`
        SELECT address FROM (SELECT id, address, state FROM email ORDER BY id DESC LIMIT 2000) AS latest
        ORDER BY state IN ('queued', 'sending', 'retrying', 'resolving') DESC, random() LIMIT ${AT_ONCE}`;
      await Promise.all(
        rows.map(({ address }) => api("POST", "/suppressions", { email: address })),
      );
    },
  },
  {
    name: "change the gateway's credentials",
    weight: 3,
    act: ({ api, gateway }, _, draws) => {
      const n = draws.below(1_000);
      return api("PATCH", `/gateways/${gateway}`, { username: `user${n}`, password: `hunter${n}` });
    },
  },
];
