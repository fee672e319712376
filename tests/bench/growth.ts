import { freezeSeconds } from "./freeze.ts";
import { startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";
import { measurePages } from "./pages.ts";
import { populate } from "./population.ts";
import { ledgerBytes, sendFrozen } from "./sent-campaign.ts";

const SIZES = [10_000, 100_000, 1_000_000];
/** Fewer than `bench pages` asks: what is looked for is how they grow. */
const ROUNDS = 15;

/**
 * The same at ten thousand, a hundred thousand and a million contacts and emails, as far as `contacts` allows: pages, the
 * freezing of an audience, and for campaigns of at most `emails` what it takes to send them.
 */
export async function benchGrowth({ contacts, emails }: { contacts: number; emails: number }) {
  const sizes: object[] = [];
  for (const size of SIZES.filter((each) => each <= contacts))
    sizes.push(await measureAt(size, emails));
  return { contacts, emails, sizes };
}

async function measureAt(size: number, mostSent: number) {
  await using installation = await startBenchInstallation();
  const population = await populate(installation, { contacts: size, emails: size });
  const pages = await measurePages(installation, population, ROUNDS);
  const bytesBefore = await ledgerBytes(installation.sql);
  const { id, seconds, cpuSeconds } = await freezeSeconds(
    installation,
    population.segments.everybody,
  );
  const sent = size <= mostSent ? await sendFrozen(installation, id, bytesBefore) : {};
  return {
    size,
    slowest_p50_ms: Math.max(...pages.map(({ p50 }) => p50)),
    slowest_p95_ms: pages[0]?.p95,
    median_p95_ms: pages[Math.floor(pages.length / 2)]?.p95,
    most_cpu_ms: Math.max(...pages.map(({ cpu_ms }) => cpu_ms)),
    median_cpu_ms: pages.map(({ cpu_ms }) => cpu_ms).toSorted((a, b) => a - b)[pages.length >> 1],
    freeze_s: seconds,
    freeze_cpu_s: cpuSeconds,
    ...sent,
    rss_web_mb: peakMemoryMb(installation.web.pid),
    rss_email_client_mb: peakMemoryMb(installation.emailClient.pid),
  };
}
