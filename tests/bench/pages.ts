import { type BenchInstallation, startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";
import { readCursors } from "./cursors.ts";
import { type Percentiles, percentilesOf } from "./percentiles.ts";
import { type Place, placesOf } from "./places.ts";
import { processorMeter } from "./processor-time.ts";
import { populate, type Population, type Scale } from "./population.ts";

/** Before anything is measured, so often: code is compiled, and Postgres has seen the statements. */
const WARM_UP_ROUNDS = 5;
const ROUNDS = 40;

/** Afterwards so often one after the other, for what they use of the processors: that is told in hundredths of a second. */
const METERED = 10;

/** How long a place took by the clock, and what web and Postgres together used of the processors for it, in milliseconds. */
type PlaceFigures = { asked: string; cpu_ms: number } & Percentiles;

/**
 * Every page and every GET of the API in an installation of that size, one request after the other, from the request to
 * the last byte of the answer: milliseconds, the slowest first. On a busy machine the time of the processors says more.
 */
export async function benchPages(scale: Scale) {
  await using installation = await startBenchInstallation();
  const begin = performance.now();
  const population = await populate(installation, scale);
  const fillSeconds = Math.round((performance.now() - begin) / 1000);
  const pages = await measurePages(installation, population);
  const [slowest] = pages;
  return {
    ...scale,
    fill_s: fillSeconds,
    requests_each: ROUNDS,
    places: pages.length,
    slowest_p95_ms: slowest?.p95 ?? 0,
    over_50_ms: pages.filter(({ p95 }) => p95 > 50).length,
    over_50_ms_of_cpu: pages.filter(({ cpu_ms }) => cpu_ms > 50).length,
    median_p95_ms: pages[Math.floor(pages.length / 2)]?.p95 ?? 0,
    rss_web_mb: peakMemoryMb(installation.web.pid),
    pages,
  };
}

/** Each place in turn, and all of them again: what disturbs the machine for a second meets one request of each. */
export async function measurePages(
  { sql, web, pids, token }: BenchInstallation,
  population: Population,
  rounds: number = ROUNDS,
): Promise<PlaceFigures[]> {
  const places = placesOf(population, await readCursors(sql, population));
  const headers = { authorization: `Bearer ${token}`, cookie: population.rest.cookie };
  const times = places.map(() => [] as number[]);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [index, place] of places.entries()) {
      const time = await ask(web.url, place, headers);
      if (round >= 0) times[index]?.push(time);
    }
  }
  const figures: PlaceFigures[] = [];
  for (const [index, place] of places.entries()) {
    const { web: pid, postgres } = pids();
    const used = processorMeter({ web: pid, postgres });
    for (let n = 0; n < METERED; n++) await ask(web.url, place, headers);
    const microseconds = Object.values(used(METERED)).reduce((sum, each) => sum + each, 0);
    figures.push({
      asked: nameOf(place),
      ...percentilesOf(times[index] ?? []),
      cpu_ms: Math.round(microseconds / 100) / 10,
    });
  }
  return figures.toSorted((a, b) => b.p95 - a.p95);
}

async function ask(
  url: string,
  place: Place,
  { authorization, cookie }: { authorization: string; cookie: string },
): Promise<number> {
  const begin = performance.now();
  const response = await fetch(url + place.path, {
    headers: place.route.startsWith("/api/") ? { authorization } : { cookie },
    redirect: "manual",
    signal: AbortSignal.timeout(60_000),
  });
  const body = await response.text();
  if (response.status !== 200)
    throw new Error(`${place.path} answered ${response.status}: ${body.slice(0, 300)}`);
  return performance.now() - begin;
}

function nameOf({ route, what }: Place): string {
  return what === "" ? route : `${route}: ${what}`;
}
