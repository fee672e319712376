import { expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { ManualClock, testRedis, until } from "@mailwright/testing";
import { patchSettings } from "../settings/settings.ts";
import { createVerp } from "../bounces/verp.ts";
import { createVault } from "../settings/vault.ts";
import { CREDENTIALS_KEY } from "../testing/client.ts";
import { MESSAGE } from "../testing/messages.ts";
import { smtpReceiver } from "../testing/smtp-receiver.ts";
import { ANYWHERE } from "./outbound.ts";
import { createGatewayRegistry } from "./registry.ts";
import { smtpGateway } from "./smtp.ts";

test("connections that a gateway holds open are given up when its settings change, and when the process stops", async () => {
  await using given = await testRedis();
  let closed = 0;
  await using server = await smtpReceiver({ onClose: () => void closed++ });
  const vault = createVault([CREDENTIALS_KEY]);
  const registry = createGatewayRegistry(
    given.redis,
    vault,
    new ManualClock(),
    silentLog,
    createVerp([CREDENTIALS_KEY]),
    ANYWHERE,
  );
  const id = newId();
  const change = async (changes: Record<string, string>) => {
    const settings = { host: "127.0.0.1", port: String(server.port), security: "none", ...changes };
    expect(
      await patchSettings(
        given.redis,
        vault,
        { gateways: [{ id, kind: "smtp", settings }] },
        ANYWHERE,
      ),
    ).toEqual([]);
    registry.refresh();
  };
  const send = async () => {
    const open = await registry.get(id);
    const outcome = await open!.gateway.send(MESSAGE, AbortSignal.timeout(5_000));
    expect(outcome.kind).toBe("accepted");
  };
  await change({});
  await send();
  await send();
  expect([server.sessions, closed]).toEqual([1, 0]);
  await change({ connections: "2" });
  await send();
  await until(() => closed === 1, { what: "the old connection to be closed" });
  expect(server.sessions).toBe(2);
  registry[Symbol.dispose]();
  await until(() => closed === 2, { what: "the last connection to be closed" });
});

test("attempts that a gateway was opened for are made, also those that wait for a connection while it is given up", async () => {
  const hold = Promise.withResolvers<void>();
  let [begun, closed] = [0, 0];
  await using server = await smtpReceiver({
    onClose: () => void closed++,
    async onMailFrom(_address, _session, done) {
      begun++;
      await hold.promise;
      done();
    },
  });
  const settings = { host: "127.0.0.1", port: String(server.port), security: "none" };
  const gateway = smtpGateway.open({
    settings: { ...settings, connections: "1" },
    secrets: {},
    clock: systemClock,
  });
  const send = () => gateway.send(MESSAGE, AbortSignal.timeout(5_000));
  const sending = [send(), send(), send()];
  await until(() => begun === 1);
  gateway.close!();
  hold.resolve();
  const outcomes = [...(await Promise.all(sending)), await send()];
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(4).fill("accepted"));
  await until(() => closed === server.sessions, { what: "every connection to be closed" });
  expect(server.sessions).toBe(2);
});
