import { type Asked, asking } from "./asked.ts";
import type { ListCursors } from "./cursors.ts";
import type { Population } from "./population.ts";

/** What is asked of the pages that are asked more than one thing, or that are about one thing in particular. */
export function pagePlaces(population: Population, cursors: ListCursors): Asked {
  return {
    ...contactPages(population, cursors),
    ...campaignPages(population, cursors),
    ...recipientPages(population, cursors),
    ...segmentPages(population, cursors),
    ...otherPages(population, cursors),
  };
}

const by = (sort: string) => ({ sort, direction: "ascending" });

function contactPages({ contacts, segments }: Population, cursors: ListCursors): Asked {
  const { contacts: added, contactsByAddress, contactsByName, halfByName } = cursors;
  const { suppressed } = contacts;
  return {
    "/contacts": asking("/contacts", {
      first: {},
      middle: { after: added.middle },
      last: { after: added.last },
      "by address": by("address"),
      "by address, middle": { ...by("address"), after: contactsByAddress.middle },
      "by address, last": { ...by("address"), after: contactsByAddress.last },
      "by name": by("name"),
      "by name, middle": { ...by("name"), after: contactsByName.middle },
      "by name, last": { ...by("name"), after: contactsByName.last },
      "by name, backwards": { sort: "name", direction: "descending" },
      "one letter": { q: "e" },
      "one letter, by name": { q: "e", ...by("name") },
      "a first name": { q: "emma" },
      "a first name, middle": { q: "emma", after: cursors.named.middle },
      "a first name, last": { q: "emma", after: cursors.named.last },
      "a first name, by address": { q: "emma", ...by("address") },
      "a last name, by name": { q: "smith", ...by("name") },
      "a few addresses": { q: "emma.smith1" },
      "one address": { q: suppressed.email },
      nobody: { q: "zzzq" },
      "a large domain": { q: "@mail.example.com" },
      "a large domain, by name": { q: "@mail.example.com", ...by("name") },
      "a small domain": { q: "@firm17.example.com" },
      "in everybody": { segment: segments.everybody },
      "in half": { segment: segments.half },
      "in half, middle": { segment: segments.half, after: cursors.half.middle },
      "in half, by name": { segment: segments.half, ...by("name") },
      "in half, by name, middle": {
        segment: segments.half,
        ...by("name"),
        after: halfByName.middle,
      },
      "in a thousand, by name": { segment: segments.small, ...by("name") },
      "in a large rule": { segment: segments.domain },
      "in a large rule, by name": { segment: segments.domain, ...by("name") },
      "in a rare rule": { segment: segments.rare },
      "in half, a first name": { segment: segments.half, q: "emma" },
      "in half, a first name, by name": { segment: segments.half, q: "emma", ...by("name") },
      "in a large rule, suppressed": { segment: segments.domain, standing: "suppressed" },
      suppressed: { standing: "suppressed" },
      "suppressed, by name": { standing: "suppressed", ...by("name") },
      "suppressed, a first name": { standing: "suppressed", q: "emma" },
      mailable: { standing: "mailable" },
    }),
    "/contacts/:id/opt-outs/:segment_id/lift": {
      "": `/contacts/${contacts.one}/opt-outs/${segments.domain}/lift`,
    },
    "/contacts/delete": { "": `/contacts/delete?contact_id=${contacts.one}` },
    "/suppressions": asking("/suppressions", {
      first: {},
      middle: { after: cursors.suppressions.middle },
      last: { after: cursors.suppressions.last },
      many: { q: "e" },
      one: { q: suppressed.email },
      none: { q: "zzzq" },
      "one reason": { reason: "bounced" },
      "one reason, none": { reason: "bounced", q: "zzzq" },
    }),
    "/suppressions/lift": asking("/suppressions/lift", {
      "": { suppression_id: suppressed.suppression },
    }),
  };
}

function campaignPages({ campaigns, segments }: Population, cursors: ListCursors): Asked {
  const { large, draft, paused, cancelled, draftForEverybody, draftByRule, emails } = campaigns;
  return {
    "/campaigns": asking("/campaigns", {
      first: {},
      middle: { after: cursors.campaigns.middle },
      last: { after: cursors.campaigns.last },
      "by name": by("name"),
      "by name, middle": { ...by("name"), after: cursors.campaignsByName.middle },
      "by audience": { sort: "audience", direction: "descending" },
      paused: { state: "paused" },
      many: { q: "letter" },
      none: { q: "zzzq" },
    }),
    "/campaigns/:id": {
      large: `/campaigns/${large}`,
      draft: `/campaigns/${draft}`,
      paused: `/campaigns/${paused}`,
      cancelled: `/campaigns/${cancelled}`,
    },
    "/campaigns/:id/cancel": { "": `/campaigns/${paused}/cancel` },
    "/campaigns/:id/edit": {
      small: `/campaigns/${draft}/edit`,
      everybody: `/campaigns/${draftForEverybody}/edit`,
      "by rule": `/campaigns/${draftByRule}/edit`,
    },
    "/campaigns/:id/launch": {
      small: `/campaigns/${draft}/launch`,
      everybody: `/campaigns/${draftForEverybody}/launch`,
      "by rule": `/campaigns/${draftByRule}/launch`,
    },
    "/campaigns/:id/content": {
      large: `/campaigns/${large}/content`,
      "draft for everybody": `/campaigns/${draftForEverybody}/content`,
      "draft by rule": `/campaigns/${draftByRule}/content`,
    },
    "/campaigns/:id/requeue": {
      failed: `/campaigns/${large}/requeue?states=failed`,
      uncertain: `/campaigns/${large}/requeue?states=uncertain`,
    },
    "/campaigns/estimate": asking("/campaigns/estimate", {
      everybody: { segment_ids: segments.everybody },
      half: { segment_ids: segments.half },
      small: { segment_ids: segments.small },
      "by rule": { segment_ids: segments.domain },
    }),
    "/campaigns/segments": asking("/campaigns/segments", { all: {}, many: { segment: "fair" } }),
    "/campaigns/progress": { "": `/campaigns/progress?id=${large}&id=${paused}` },
    "/emails/:id": Object.fromEntries(
      Object.entries(emails).map(([state, id]) => [state, `/emails/${id}`]),
    ),
  };
}

function recipientPages({ campaigns, contacts }: Population, cursors: ListCursors): Asked {
  const { emails, sent, failed } = cursors;
  return {
    "/campaigns/:id/recipients": asking(`/campaigns/${campaigns.large}/recipients`, {
      first: {},
      middle: { after: emails.middle },
      last: { after: emails.last },
      sent: { state: "sent" },
      "sent, middle": { state: "sent", after: sent.middle },
      failed: { state: "failed" },
      "failed, middle": { state: "failed", after: failed.middle },
      skipped: { state: "skipped" },
      queued: { state: "queued" },
      rejected: { reason: "rejected" },
      "one letter": { q: "e" },
      "a first name": { q: "emma" },
      "a few addresses": { q: "emma.smith1" },
      "one address": { q: contacts.suppressed.email },
      nobody: { q: "zzzq" },
      "sent, a first name": { state: "sent", q: "emma" },
      "failed, a first name": { state: "failed", q: "emma" },
      "failed, nobody": { state: "failed", q: "zzzq" },
      "cancelled, one letter": { state: "cancelled", q: "e" },
    }),
  };
}

function segmentPages({ segments }: Population, cursors: ListCursors): Asked {
  const { everybody, half, small, domain, rare } = segments;
  return {
    "/segments": asking("/segments", {
      first: {},
      middle: { after: cursors.segments.middle },
      last: { after: cursors.segments.last },
      newest: { sort: "newest", direction: "descending" },
      "by size": { sort: "size", direction: "descending" },
      many: { q: "fair" },
      none: { q: "zzzq" },
    }),
    "/segments/:id": {
      ...asking(`/segments/${everybody}`, {
        everybody: {},
        "everybody, middle": { after: cursors.everybody.middle },
        "everybody, last": { after: cursors.everybody.last },
        "everybody, a first name": { q: "emma" },
        "everybody, nobody": { q: "zzzq" },
      }),
      ...asking(`/segments/${half}`, { half: {}, "half, one letter": { q: "e" } }),
      ...asking(`/segments/${small}`, {
        "a thousand": {},
        "a thousand, one letter": { q: "e" },
      }),
      ...asking(`/segments/${domain}`, {
        "a large rule": {},
        "a large rule, middle": { after: cursors.byRule.middle },
        "a large rule, last": { after: cursors.byRule.last },
        "a large rule, a first name": { q: "emma" },
      }),
      ...asking(`/segments/${rare}`, { "a rare rule": {}, "a rare rule, one letter": { q: "e" } }),
    },
    "/segments/:id/add": asking(`/segments/${small}/add`, {
      nothing: {},
      many: { q: "emma" },
      few: { q: "emma.smith1" },
      nobody: { q: "zzzq" },
    }),
    "/segments/:id/edit": {
      static: `/segments/${small}/edit`,
      dynamic: `/segments/${rare}/edit`,
    },
    "/segments/:id/size": {
      static: `/segments/${everybody}/size`,
      // Counted once in half a minute; how long that takes is what `bench freeze` says.
      "by rule, known": `/segments/${domain}/size`,
    },
    "/segments/new": { static: "/segments/new", dynamic: "/segments/new?kind=dynamic" },
  };
}

function otherPages(
  { templates, contacts, rest, gateway, campaigns }: Population,
  cursors: ListCursors,
): Asked {
  const { one } = templates;
  return {
    "/guides/:name": { "": "/guides/gateways" },
    "/developer/machines/:name": { "": "/developer/machines/email" },
    "/developer/machines/:name/counts": { "": "/developer/machines/email/counts" },
    "/imports/:id": {
      done: `/imports/${rest.imports.done}`,
      mapping: `/imports/${rest.imports.mapping}`,
    },
    "/imports/:id/cancel": { "": `/imports/${rest.imports.mapping}/cancel` },
    "/settings/gateways/:id": { "": `/settings/gateways/${gateway}` },
    "/settings/gateways/:id/remove": { "": `/settings/gateways/${gateway}/remove` },
    "/settings/gateways/:id/test": { "": `/settings/gateways/${gateway}/test` },
    "/u/:token": { "": campaigns.leave },
    "/templates": asking("/templates", {
      first: {},
      middle: { after: cursors.templates.middle },
      last: { after: cursors.templates.last },
      "by name": by("name"),
      many: { q: "letter" },
      none: { q: "zzzq" },
    }),
    "/templates/:id": asking(`/templates/${one}`, {
      "for a sample": {},
      "for a contact": { contact: contacts.one },
      "many contacts sought": { q: "emma" },
      "no contact found": { q: "zzzq" },
    }),
    "/templates/:id/campaigns": asking(`/templates/${one}/campaigns`, {
      first: {},
      middle: { after: cursors.campaignsUsing.middle },
    }),
    "/templates/:id/versions": asking(`/templates/${one}/versions`, {
      first: {},
      last: { after: cursors.versions.last },
    }),
    "/templates/:id/versions/:version": { "": `/templates/${one}/versions/1` },
    "/templates/starters/:kind": { "": "/templates/starters/html" },
  };
}
