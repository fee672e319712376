import { until } from "@mailwright/testing";
import { startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";

interface Import {
  id: string;
  state: string;
  rows: number;
  inserted: number;
}

/** A CSV of that many rows and five columns, from the first byte of the upload to the last contact in its segment. */
export async function benchImport(rows: number) {
  await using installation = await startBenchInstallation();
  const { api, web, token } = installation;
  const segment = await api<{ id: string }>("POST", "/segments", { name: "Imported" });
  const csv = csvOf(rows);
  const begin = performance.now();
  const response = await fetch(`${web.url}/api/v1/imports?segment_id=${segment.id}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
    body: csv,
  });
  const { id } = (await response.json()) as Import;
  const done = await until(
    async () => {
      const now = await api<Import>("GET", `/imports/${id}`);
      return now.state !== "running" && now;
    },
    { what: "the import to end", timeoutMs: 600_000, everyMs: 20 },
  );
  const seconds = (performance.now() - begin) / 1000;
  if (done.state !== "done" || done.inserted !== rows)
    throw new Error(`the import ended so: ${JSON.stringify(done)}`);
  return {
    rows,
    seconds: Math.round(seconds * 1000) / 1000,
    rows_per_s: Math.round(rows / seconds),
    rss_web_mb: peakMemoryMb(web.pid),
  };
}

function csvOf(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, n) => `Person.${n}@Example.com,Person ${n},Person,"Example, ${n}",plan ${n % 7}`,
  );
  return `email,name,first_name,last_name,plan\n${lines.join("\n")}\n`;
}
