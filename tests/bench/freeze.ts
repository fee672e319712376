import { until } from "@mailwright/testing";
import { type BenchInstallation, startBenchInstallation } from "./installation.ts";
import { addContacts } from "./population-contacts.ts";
import { addSegments, RULES } from "./population-segments.ts";
import { processorMeter } from "./processor-time.ts";
import { BENCH_TEMPLATE } from "./template.ts";

/**
 * How long the audience of a campaign to everybody takes to be frozen, from its launch: by a static segment of them all,
 * and by a rule that finds them all. And how long the contacts of each kind of rule take to be counted.
 */
export async function benchFreeze(contacts: number) {
  await using installation = await startBenchInstallation();
  const { sql, api } = installation;
  await sql`SET statement_timeout = 0`;
  await addContacts(sql, contacts);
  const { everybody } = await addSegments(sql);
  await sql`VACUUM ANALYZE`;
  const counts = await countSeconds(installation);
  const rule = { field: "email", is: "contains", value: "@" };
  const byRule = await api<{ id: string }>("POST", "/segments", { name: "All by rule", rule });
  const listed = await freezeSeconds(installation, everybody);
  const ruled = await freezeSeconds(installation, byRule.id);
  return {
    contacts,
    freeze_s: listed.seconds,
    freeze_cpu_s: listed.cpuSeconds,
    freeze_by_rule_s: ruled.seconds,
    freeze_by_rule_cpu_s: ruled.cpuSeconds,
    recipients: listed.audience,
    ...counts,
  };
}

/** Launches a campaign to a segment and pauses it as soon as its audience is frozen, so that nothing else is measured. */
export async function freezeSeconds(
  { api, sql, pids }: BenchInstallation,
  segment: string,
): Promise<{ id: string; seconds: number; cpuSeconds: number; audience: number }> {
  const template = await api<{ id: string }>("POST", "/templates", {
    name: "News",
    ...BENCH_TEMPLATE,
  });
  const { id } = await api<{ id: string }>("POST", "/campaigns", {
    name: "Frozen",
    template_id: template.id,
    segment_ids: [segment],
  });
  const { postgres } = pids();
  const used = processorMeter({ postgres });
  const begin = performance.now();
  await api("POST", `/campaigns/${id}/launch`);
  const audience = await until(
    async () => {
      const [row] = await sql`SELECT state, audience FROM campaign WHERE id = ${id}`;
      return row?.["state"] !== "launching" && (row?.["audience"] as number);
    },
    { what: "the audience to be frozen", timeoutMs: 600_000, everyMs: 50 },
  );
  const seconds = secondsSince(begin);
  const { cpu_us_postgres: microseconds = 0 } = used(1);
  await api("POST", `/campaigns/${id}/pause`);
  return { id, seconds, cpuSeconds: Math.round(microseconds / 1000) / 1000, audience };
}

/** Counts each rule once, as somebody does who has just written it. */
async function countSeconds({ api }: BenchInstallation): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const [name, rule] of Object.entries(RULES)) {
    const begin = performance.now();
    await api("POST", "/segments/count", { rule });
    seconds[`count_s ${name.toLowerCase()}`] = secondsSince(begin);
  }
  return seconds;
}

function secondsSince(begin: number): number {
  return Math.round(performance.now() - begin) / 1000;
}
