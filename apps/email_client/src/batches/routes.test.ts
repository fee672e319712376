import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { contentHash, type JournaledEmail, type MachineView } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { finished, PASSWORD, send, setUp } from "../testing/client.ts";
import { batch, content, recipient, recipients } from "../testing/factories.ts";
import { A_TEST_MESSAGE, call, SOMEBODY, state } from "../testing/raw-call.ts";

describe("every call may be repeated, and the same stands there as after the first time", () => {
  test("contents, controls and settings", async () => {
    await using given = await setUp();
    const { calls: made } = given;
    const campaign = newId();
    const wanted = content();
    const patch = { gateways: [{ id: given.gatewayId, name: "Renamed" }] };
    await made.put(wanted);
    await made.control(campaign, "paused");
    await made.patch(patch);
    const { client } = made;
    const view = () =>
      client.call("GET", "/v1/settings", undefined, (value) => ({ ok: true, value }));
    const before = [await view(), await state(given)] as const;
    await made.put(wanted);
    await made.control(campaign, "paused");
    await made.patch(patch);
    expect(await view()).toEqual(before[0]);
    const after = await state(given);
    delete before[1]["mw:gateways"];
    delete after["mw:gateways"];
    expect(after).toEqual(before[1]);
  });

  test("a batch: 409 until its content is there, 202 once, 200 from then on, also when it is through", async () => {
    await using given = await setUp();
    const { calls: made, gateway, gatewayId } = given;
    const wanted = content();
    const handed = batch({ content: contentHash(wanted), gateway: gatewayId });
    expect(await made.post(handed)).toBe(409);
    await made.put(wanted);
    expect(await made.post(handed)).toBe(202);
    expect(await made.post(handed)).toBe(200);
    expect(await finished(given, handed)).toEqual({ sent: 2 });
    expect(await made.post(handed)).toBe(200);
    expect(await finished(given, handed)).toEqual({ sent: 2 });
    expect(gateway.received).toHaveLength(2);
  });

  test("a batch of 500 with the longest attributes there are, in any script, is taken", async () => {
    await using given = await setUp();
    const { calls: made, gatewayId } = given;
    const wanted = content();
    await made.put(wanted);
    await made.control(wanted.campaign.id, "paused");
    const note = "\u6f22".repeat(16_000);
    const handed = batch({
      campaign: wanted.campaign.id,
      content: contentHash(wanted),
      gateway: gatewayId,
      recipients: Array.from({ length: 500 }, () => recipient({ variables: { note } })),
    });
    expect(await made.post(handed)).toBe(202);
  });

  test("a batch that was written down by a process that died before it was queued is queued by the next call", async () => {
    await using given = await setUp();
    const { calls: made, gatewayId, redisUrl } = given;
    const campaign = newId();
    await made.control(campaign, "paused");
    const handed = await send(given, 3, {}, { campaign, gateway: gatewayId });
    const redis = new Redis(redisUrl);
    const queue = "{mw-0}:queue:batches";
    await until(async () => (await redis.zrem(`${queue}:delayed`, handed.batch)) === 1);
    await redis.del(`${queue}:${handed.batch}`);
    redis.disconnect();
    await made.control(campaign, "running");
    expect(await made.post(handed)).toBe(200);
    expect(await finished(given, handed)).toEqual({ sent: 3 });
  });

  test("a journal that is full says when to come again", async () => {
    await using given = await setUp({ config: { emailsLimit: 500 } });
    const { calls: made, gatewayId } = given;
    const hash = await made.put(content());
    const campaign = newId();
    await made.control(campaign, "paused");
    const full = { content: hash, gateway: gatewayId, campaign };
    expect(await made.post(batch({ ...full, recipients: recipients(499) }))).toBe(202);
    const answer = await call(given, {
      method: "POST",
      path: "/v1/batches",
      body: JSON.stringify(batch({ ...full, recipients: recipients(2) })),
    });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
  });
});

describe("what may be seen", () => {
  test("404 for what is not there, whatever it is called", async () => {
    await using given = await setUp();
    const names = ["1", "x".repeat(300), "__proto__", "\0", "../..", "{mw-0}:index"];
    const status = async (method: string, path: string, body?: object) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return (await call(given, { method, path, ...text })).status;
    };
    for (const id of [SOMEBODY, ...names.map(encodeURIComponent)]) {
      expect([
        id,
        await status("GET", `/v1/batches/${id}`),
        await status("GET", `/v1/emails/${id}`),
        await status("POST", `/v1/gateways/${id}/messages`, A_TEST_MESSAGE),
        await status("PUT", `/v1/campaigns/${id}/control`, { state: "paused" }),
      ]).toEqual([id, 404, 404, 404, id === SOMEBODY ? 200 : 404]);
    }
    expect((await call(given, { method: "GET", path: "/v1/nothing" })).status).toBe(404);
    expect((await call(given, { method: "DELETE", path: "/v1/settings" })).status).toBe(404);
  });

  test("one email, the machine with its live counts, and settings without a secret", async () => {
    await using given = await setUp();
    const campaign = newId();
    await given.calls.control(campaign, "paused");
    const handed = await send(given, 3, {}, { campaign });
    const { id } = handed.recipients[0]!;
    const email = (await call(given, { method: "GET", path: `/v1/emails/${id}` })).body;
    expect(email as unknown as JournaledEmail).toEqual({
      batch: handed.batch,
      email: { id, run: 1, seq: 0, state: "queued", attempt: 0 },
    });
    const machine = (await call(given, { method: "GET", path: "/v1/machine" }))
      .body as unknown as MachineView;
    expect(machine).toMatchObject({
      counts: { queued: 3 },
      emails: 3,
      outbox: 0,
      initial: "queued",
    });
    expect(machine.edges.length).toBeGreaterThan(20);
    const settings = await call(given, { method: "GET", path: "/v1/settings" });
    expect(JSON.stringify(settings.body)).not.toContain(PASSWORD);
    expect(settings.body).toMatchObject({ gateways: [{ secrets: ["password"], complete: true }] });
  });
});
