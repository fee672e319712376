import { type Asked, asking } from "./asked.ts";
import type { Cursors, ListCursors } from "./cursors.ts";
import type { Population } from "./population.ts";

/** What is asked of the API: its lists at their beginning, middle and end, by what they can be asked for. */
export function apiPlaces(population: Population, cursors: ListCursors): Asked {
  const { contacts, segments, templates, campaigns, gateway } = population;
  const { suppressed } = contacts;
  return {
    "/api/v1/contacts": asking("/api/v1/contacts", {
      ...firstMiddleLast(cursors.contacts),
      "five hundred": { limit: "500" },
      "one letter": { search: "e" },
      "a first name": { search: "emma" },
      "a first name, middle": { search: "emma", after: cursors.named.middle },
      "one address": { search: suppressed.email },
      nobody: { search: "zzzq" },
      "in half": { segment_id: segments.half },
      "in a large rule": { segment_id: segments.domain },
      suppressed: { suppressed: "true" },
      mailable: { suppressed: "false" },
      "by address, middle": { sort: "address", after: cursors.contactsByAddress.middle },
      "by name, middle": { sort: "name", after: cursors.contactsByName.middle },
    }),
    "/api/v1/campaigns": asking("/api/v1/campaigns", {
      ...firstMiddleLast(cursors.campaigns),
      many: { q: "letter" },
      paused: { state: "paused" },
      "by name, middle": { sort: "name", after: cursors.campaignsByName.middle },
      "by audience": { sort: "audience" },
    }),
    "/api/v1/campaigns/:id/emails": asking(`/api/v1/campaigns/${campaigns.large}/emails`, {
      ...firstMiddleLast(cursors.emails),
      "five hundred": { limit: "500" },
      sent: { state: "sent" },
      "sent, middle": { state: "sent", after: cursors.sent.middle },
      failed: { state: "failed" },
      rejected: { reason: "rejected" },
      "a first name": { address: "emma" },
      nobody: { address: "zzzq" },
      "sent, a first name": { state: "sent", address: "emma" },
    }),
    "/api/v1/machines/:name": { "": "/api/v1/machines/email" },
    "/api/v1/gateways/:id": { "": `/api/v1/gateways/${gateway}` },
    "/api/v1/gateways/:id/feedback": { "": `/api/v1/gateways/${gateway}/feedback` },
    "/api/v1/gateways/:id/traffic": { "": `/api/v1/gateways/${gateway}/traffic` },
    "/api/v1/segments": asking("/api/v1/segments", {
      ...firstMiddleLast(cursors.segmentsByAge),
      "by name, middle": { sort: "name", after: cursors.segments.middle },
      "by size": { sort: "size" },
    }),
    "/api/v1/segments/:id": {
      static: `/api/v1/segments/${segments.everybody}`,
      "by rule, known": `/api/v1/segments/${segments.domain}`,
    },
    "/api/v1/segments/:id/contacts": {
      ...asking(
        `/api/v1/segments/${segments.everybody}/contacts`,
        firstMiddleLast(cursors.everybody),
      ),
      ...asking(`/api/v1/segments/${segments.domain}/contacts`, {
        "a large rule": {},
        "a large rule, middle": { after: cursors.byRule.middle },
      }),
      ...asking(`/api/v1/segments/${segments.rare}/contacts`, { "a rare rule": {} }),
    },
    "/api/v1/suppressions": asking("/api/v1/suppressions", {
      ...firstMiddleLast(cursors.suppressions),
      many: { search: "e" },
      none: { search: "zzzq" },
      "one reason": { reason: "bounced" },
    }),
    "/api/v1/suppressions/:email": { "": `/api/v1/suppressions/${suppressed.email}` },
    "/api/v1/templates": asking("/api/v1/templates", {
      ...firstMiddleLast(cursors.templatesByAge),
      "by change, middle": { sort: "changed", after: cursors.templates.middle },
    }),
    "/api/v1/templates/:id/versions": asking(`/api/v1/templates/${templates.one}/versions`, {
      first: {},
      last: { after: cursors.versions.last },
    }),
    "/api/v1/templates/:id/versions/:version": {
      "": `/api/v1/templates/${templates.one}/versions/1`,
    },
  };
}

function firstMiddleLast({ middle, last }: Cursors) {
  return { first: {}, middle: { after: middle }, last: { after: last } };
}
