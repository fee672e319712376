import { expect, test } from "bun:test";
import { BREAKER } from "../gateways/breaker.ts";
import { finished, send, setUp } from "../testing/client.ts";
import { batch, content, recipient } from "../testing/factories.ts";

test("an email that is chosen to try a gateway that was down, and cannot be rendered, holds up nobody", async () => {
  await using given = await setUp();
  const { calls, gateway, gatewayId } = given;
  gateway.answer = () => 503;
  const down = await send(given, BREAKER.unavailableInARow, { attempts: 1 });
  expect(await finished(given, down)).toEqual({ failed: BREAKER.unavailableInARow });
  expect((await calls.settings()).gateways[0]?.breaker).toBe("open");
  gateway.answer = () => "accept";
  const text = "{{ contact.code | url_decode }}";
  const hash = await calls.put(content({ template: { subject: "Hi", html: null, text } }));
  const poison = recipient({ variables: { code: "%E0%A4%A" } });
  const chosen = batch({ content: hash, gateway: gatewayId, recipients: [poison] });
  await calls.post(chosen);
  expect(await finished(given, chosen)).toEqual({ failed: 1 });
  // Nowhere near as long as a probe is waited for.
  expect(await finished(given, await send(given, 2), BREAKER.probePatienceMs / 2)).toEqual({
    sent: 2,
  });
});
