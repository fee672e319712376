import { type BenchInstallation, startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";
import { populate, type Scale } from "./population.ts";

/**
 * The CSV of all contacts, and that of the recipients of the largest campaign: rows a second from the request to the last
 * byte, and how much memory web has had in the end. Before, it has looked at one of a few rows, so its code is compiled.
 */
export async function benchExport(scale: Scale) {
  await using installation = await startBenchInstallation();
  const { campaigns, rest } = await populate(installation, scale);
  const read = (path: string) => readCsv(installation, path, rest.cookie);
  await read("/contacts/export?q=emma.smith1");
  await read(`/campaigns/${campaigns.cancelled}/recipients/export`);
  const before = peakMemoryMb(installation.web.pid);
  const contacts = await read("/contacts/export");
  const recipients = await read(`/campaigns/${campaigns.large}/recipients/export`);
  return {
    ...scale,
    contacts_rows_per_s: Math.round(contacts.rows / contacts.seconds),
    contacts_mb: Math.round(contacts.bytes / 1_048_576),
    recipients_rows_per_s: Math.round(recipients.rows / recipients.seconds),
    recipients_mb: Math.round(recipients.bytes / 1_048_576),
    rss_web_before_mb: before,
    rss_web_mb: peakMemoryMb(installation.web.pid),
  };
}

/** Reads a file to its end and keeps nothing of it. Its rows are counted by their ends: none of the cells has a line break. */
async function readCsv({ web }: BenchInstallation, path: string, cookie: string) {
  const begin = performance.now();
  const response = await fetch(web.url + path, { headers: { cookie } });
  if (!response.ok || response.body === null)
    throw new Error(`${path} answered ${response.status}`);
  const size = { rows: -1, bytes: 0 };
  for await (const chunk of response.body) {
    size.bytes += chunk.byteLength;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) size.rows++;
  }
  return { ...size, seconds: (performance.now() - begin) / 1000 };
}

const NEWLINE = 0x0a;
