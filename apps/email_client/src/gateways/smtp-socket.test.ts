import { afterEach, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { SELF_SIGNED } from "../testing/self-signed.ts";
import { smtpReceiver } from "../testing/smtp-receiver.ts";
import type { Gateway } from "./gateway.ts";
import { createOutbound, type HostAddress } from "./outbound.ts";
import { smtpGateway } from "./smtp.ts";

const opened: Gateway[] = [];
afterEach(() => {
  for (const gateway of opened.splice(0)) gateway.close?.();
});
const soon = () => AbortSignal.timeout(10_000);

/** A gateway for whom every name has these addresses, and every name that was looked up for it. */
function gatewayAt(
  addresses: HostAddress[],
  settings: Record<string, string>,
  privateGateways: "allow" | "refuse" = "allow",
) {
  const asked: string[] = [];
  const outbound = createOutbound(privateGateways, systemClock, async (host) => {
    asked.push(host);
    return addresses;
  });
  const gateway = smtpGateway.open({ settings, secrets: {}, clock: systemClock, outbound });
  opened.push(gateway);
  return { gateway, asked };
}

const HERE = { address: "127.0.0.1", family: 4 };

test("the connection is made to the address that was vetted, and to no other that the name may have", async () => {
  await using server = await smtpReceiver();
  // Nobody else knows this name.
  const settings = { host: "relay.invalid", port: String(server.port), security: "none" };
  const { gateway, asked } = gatewayAt([HERE], settings);
  expect((await gateway.check(soon())).kind).toBe("ready");
  expect((await gateway.send(MESSAGE, soon())).kind).toBe("accepted");
  expect([server.arrivals.length, asked]).toEqual([1, ["relay.invalid"]]);
});

test.each(["starttls", "tls"])(
  "by %s the certificate is held against the name",
  async (security) => {
    await using server = await smtpReceiver({ ...SELF_SIGNED, secure: security === "tls" });
    const settings = {
      port: String(server.port),
      security,
      ca_certificate: SELF_SIGNED.cert,
    };
    const named = gatewayAt([HERE], { ...settings, host: "localhost" }).gateway;
    expect((await named.send(MESSAGE, soon())).kind).toBe("accepted");
    const another = gatewayAt([HERE], { ...settings, host: "relay.invalid" }).gateway;
    const outcome = await another.send(MESSAGE, soon());
    expect(outcome).toMatchObject({
      kind: "unavailable",
      detail: expect.stringContaining("certificate"),
    });
    expect(server.arrivals).toMatchObject([{ secure: true }]);
  },
);

test("of several addresses the next is tried where one takes no connection", async () => {
  await using server = await smtpReceiver();
  const settings = { host: "relay.invalid", port: String(server.port), security: "none" };
  const closed = { address: "127.0.0.2", family: 4 };
  const { gateway } = gatewayAt([closed, HERE], settings);
  expect((await gateway.send(MESSAGE, soon())).kind).toBe("accepted");
});

test("a name that leads to a private address is not connected to, and does not keep its place among the connections", async () => {
  await using server = await smtpReceiver();
  const settings = {
    host: "relay.invalid",
    port: String(server.port),
    security: "none",
    connections: "1",
  };
  const { gateway } = gatewayAt([HERE], settings, "refuse");
  for (let n = 0; n < 3; n++)
    expect(await gateway.send(MESSAGE, soon())).toEqual({
      kind: "unavailable",
      detail:
        "Not connected: relay.invalid has no public address, which gateways need unless PRIVATE_GATEWAYS is “allow”.",
    });
  expect(server.sessions).toBe(0);
});
