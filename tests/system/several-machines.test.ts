import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { KEYS } from "../harness/access.ts";
import { startProgram } from "../harness/program.ts";
import { startSlowGateway } from "../harness/slow-gateway.ts";
import { ended, launchCampaign, standingOf } from "./campaign.ts";
import { startInstallation } from "./installation.ts";
import { expectPromiseKept } from "./promise.ts";

/** Attempts at once in one email client. */
const EACH = 8;
const LATENCY_MS = 100;
/** Eight batches, so that nobody is without one: two email clients are at it for longer than a batch's turn of ten seconds. */
const CONTACTS = 4_000;

test("two webs and email clients behind balancers: one more sends more at once, one that is killed loses nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const emailClientEnv = { SEND_CONCURRENCY: String(EACH), ATTEMPT_DEADLINE_MS: "3000" };
  const all = stack.use(await startInstallation({ webs: 2, emailClients: 2, emailClientEnv }));
  const gateway = stack.use(startSlowGateway(all.gatewayMock.port, LATENCY_MS));
  all.links.gateway.serverPort = gateway.port;

  const campaign = await launchCampaign(all, CONTACTS);
  await until(() => gateway.underWay === 2 * EACH, {
    what: "both email clients to send as much at once as they may",
    timeoutMs: 60_000,
  });

  const added = stack.use(
    await startProgram("email_client", {
      SERVICE_KEYS: KEYS,
      CREDENTIALS_KEYS: KEYS,
      REDIS_URL: all.redis.url,
      WEB_URL: `http://127.0.0.1:${all.links.web.port}`,
      PRIVATE_GATEWAYS: "allow",
      ...emailClientEnv,
    }),
  );
  all.balancers.emailClient?.add(added.port);
  expect(gateway.most).toBe(2 * EACH);
  await until(() => gateway.underWay === 3 * EACH, {
    what: "the third email client to send too",
    timeoutMs: 60_000,
  });
  expect((await standingOf(all, campaign)).state).toBe("sending");

  await all.emailClients[1]?.kill();
  const standing = await ended(all, campaign, 180_000);
  expect(standing.audience).toBe(CONTACTS);
  expect(standing.counts["uncertain"] ?? 0).toBeLessThanOrEqual(EACH);
  expect(gateway.most).toBe(3 * EACH);
  await expectPromiseKept(all, campaign);
  for (const of of ["web", "emailClient"] as const)
    expect(all.balancers[of]?.given.size).toBeGreaterThan(1);
});
