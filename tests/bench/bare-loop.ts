// The yardstick of `bench send`: posts bodies from stdin to URL with ky, CONCURRENCY at a time, and prints posts per second.
import ky from "ky";

const bodies = (await Bun.stdin.json()) as string[];
const { URL: url = "", EMAILS: emails = "0", CONCURRENCY: concurrency = "1" } = Bun.env;
const client = ky.create({
  retry: 0,
  timeout: false,
  throwHttpErrors: false,
  headers: {
    authorization: `Basic ${btoa("mailwright:hunter2")}`,
    "content-type": "application/json",
  },
});

async function post(n: number): Promise<void> {
  const body = bodies[n % bodies.length] as string;
  const response = await client.post(url, { body, signal: AbortSignal.timeout(10_000) });
  await response.text();
  if (response.status !== 202) throw new Error(`the gateway answered ${response.status}`);
}

async function run(count: number): Promise<number> {
  let next = 0;
  const begin = performance.now();
  const lanes = Array.from({ length: Number(concurrency) }, async () => {
    while (next < count) await post(next++);
  });
  await Promise.all(lanes);
  return count / ((performance.now() - begin) / 1000);
}

await run(1_000);
console.log(await run(Number(emails)));
