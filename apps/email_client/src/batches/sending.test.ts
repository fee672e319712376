import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { DETAIL_LENGTH } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { aGateway, finished, send, setUp } from "../testing/client.ts";
import { batch, content, recipient } from "../testing/factories.ts";
import { gatewayStandIn } from "../testing/gateway-stand-in.ts";

test("every email of a batch is sent once, and web hears its whole history in order", async () => {
  await using given = await setUp();
  const { gateway, web } = given;
  const handed = await send(given, 120);
  expect(await finished(given, handed)).toEqual({ sent: 120 });
  expect(gateway.accepted.toSorted()).toEqual(handed.recipients.map(({ id }) => id).toSorted());
  expect(web.gaps()).toEqual([]);
  const { id } = handed.recipients[0]!;
  expect(web.historyOf(id)).toMatchObject([
    { seq: 1, event: "START", state: "sending", attempt: 1, gateway: handed.gateway },
    { seq: 2, event: "ACCEPTED", state: "sent", attempt: 1, message_id: `m-${id}` },
  ]);
});

test("every email carries what was handed over for it, and a Message-ID that is the same in each attempt", async () => {
  await using given = await setUp();
  const { gateway, web } = given;
  gateway.answer = ({ attempt }) => (attempt === 1 ? 503 : "accept");
  const ann = recipient({
    name: "Ann\r\nBcc: victim@example.com",
    variables: { first_name: "Änn" },
  });
  await finished(given, await send(given, 0, {}, { recipients: [ann] }));
  expect(web.stateOf(ann.id)).toBe("sent");
  const message = {
    from: { name: "Shop", email: "shop@example.com" },
    to: { name: "Ann Bcc: victim@example.com", email: ann.email },
    subject: "Hello Änn",
    html: "<p>Hello Änn</p>",
    text: "Hello Änn",
    headers: { "Message-ID": `<${ann.id}@example.com>`, "X-Mailwright-Email": ann.id },
  };
  expect(gateway.received.map(({ body }) => body)).toEqual([message, message]);
});

test.each([
  ["https", { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }],
  ["http", {}],
])(
  "an email says where its recipient can leave, and that one click will do where the link is %s",
  async (scheme, oneClick) => {
    await using given = await setUp();
    const { gateway, calls } = given;
    const unsubscribe_url = `${scheme}://web.example.com/u/a-b_c`;
    const ann = recipient({ unsubscribe_url });
    const hash = await calls.put(
      content({
        template: { subject: "Hi", html: null, text: "{{ unsubscribe_url }}" },
        sender: { name: "Shop", email: "shop@example.com", postal_address: "1 Road" },
        headers: { "List-Id": "<campaigns.example.com>" },
      }),
    );
    await finished(given, await send(given, 0, {}, { recipients: [ann], content: hash }));
    expect(gateway.received.map(({ body }) => body)).toMatchObject([
      { from: { name: "Shop", email: "shop@example.com" }, text: unsubscribe_url },
    ]);
    expect(gateway.received[0]?.body["from"]).toEqual({ name: "Shop", email: "shop@example.com" });
    expect(gateway.received[0]?.body["headers"]).toEqual({
      "List-Id": "<campaigns.example.com>",
      "List-Unsubscribe": `<${unsubscribe_url}>`,
      ...oneClick,
      "Message-ID": `<${ann.id}@example.com>`,
      "X-Mailwright-Email": ann.id,
    });
  },
);

test("original, weakness 6: an email's time does not run while it waits for its turn, however many there are", async () => {
  await using given = await setUp({ config: { concurrency: 4, attemptDeadlineMs: 2_000 } });
  const { gateway } = given;
  // The last of them waits for its turn for more than two deadlines.
  gateway.answer = async () => {
    await Bun.sleep(100);
    return "accept" as const;
  };
  expect(await finished(given, await send(given, 200))).toEqual({ sent: 200 });
  expect(gateway.received).toHaveLength(200);
  expect(gateway.mostAtOnce).toBeLessThanOrEqual(4);
});

describe("original, weakness 8: what is wrong for good fails at once, and says why", () => {
  test.each([
    [400, "rejected", "The gateway answered 400."],
    [403, "rejected", "The gateway answered 403."],
    [404, "rejected", "The gateway answered 404."],
    [422, "rejected", "The gateway answered 422."],
    [401, "unauthorized", "The gateway refused the user name or the password (401)."],
  ])("an answer of %d", async (status, code, detail) => {
    await using given = await setUp();
    const { gateway, web } = given;
    gateway.answer = () => status;
    const handed = await send(given, 2);
    expect(await finished(given, handed)).toEqual({ failed: 2 });
    expect(gateway.received).toHaveLength(2);
    expect(web.historyOf(handed.recipients[0]!.id).at(-1)?.error).toEqual({ code, detail });
  });

  test("a contact for whom the template cannot be rendered, and nobody else", async () => {
    await using given = await setUp();
    const { calls, gateway, gatewayId, web } = given;
    const text = "{% for i in (1..contact.n) %}x{% endfor %}";
    const hash = await calls.put(content({ template: { subject: "Hi", html: null, text } }));
    const [fine, poison] = [2, 1e9].map((n) => recipient({ variables: { n } }));
    const handed = batch({ content: hash, gateway: gatewayId, recipients: [poison!, fine!] });
    await calls.post(handed);
    expect(await finished(given, handed)).toEqual({ failed: 1, sent: 1 });
    expect(gateway.received.map(({ body }) => body["text"])).toEqual(["xx"]);
    expect(web.historyOf(poison!.id).at(-1)).toMatchObject({
      event: "REJECTED",
      state: "failed",
      attempt: 1,
      error: {
        code: "unrenderable",
        detail:
          "The text part would take too much time or memory at {% for i in (1..contact.n) %}. Shorten its loops, put none into another, and let no text grow in them.",
      },
    });
  });

  test("a contact whose attribute a filter cannot take, with the variable that it was", async () => {
    await using given = await setUp();
    const { calls, gateway, gatewayId, web } = given;
    const text = "Hi {% if contact.code %}{{ contact.code | url_decode }}{% endif %}";
    const hash = await calls.put(content({ template: { subject: "Hi", html: null, text } }));
    const [fine, poison] = ["a%20b", "%E0%A4%A"].map((code) => recipient({ variables: { code } }));
    const handed = batch({ content: hash, gateway: gatewayId, recipients: [poison!, fine!] });
    await calls.post(handed);
    expect(await finished(given, handed)).toEqual({ failed: 1, sent: 1 });
    expect(gateway.received.map(({ body }) => body["text"])).toEqual(["Hi a b"]);
    expect(web.historyOf(poison!.id).at(-1)?.error).toEqual({
      code: "unrenderable",
      detail:
        "The text part could not be rendered at {{ contact.code | url_decode }}. The value has a “%” in it that begins no encoded character. Use “url_decode” only where every contact's value is encoded.",
    });
  });

  test("a template that nobody can read, in no more words than web takes", async () => {
    await using given = await setUp();
    const { calls, gateway, gatewayId, web } = given;
    const text = `{{ 1 | ${"é".repeat(2_000)} }}`;
    const hash = await calls.put(content({ template: { subject: "Hi", html: null, text } }));
    const handed = batch({ content: hash, gateway: gatewayId });
    await calls.post(handed);
    expect(await finished(given, handed)).toEqual({ failed: 2 });
    expect(gateway.received).toEqual([]);
    const { error } = web.historyOf(handed.recipients[0]!.id).at(-1)!;
    expect(error?.code).toBe("unrenderable");
    expect(error?.detail).toHaveLength(DETAIL_LENGTH);
  });
});

test("a gateway with a low rate keeps nobody from another, though its batches are more than are worked on at once", async () => {
  await using given = await setUp({ pace: { turnMs: 300 } });
  const { gateway, gatewayId, calls } = given;
  await using other = gatewayStandIn();
  const otherId = newId();
  await calls.patch({ gateways: [aGateway(otherId, other.url)] });
  await calls.patch({ gateways: [{ id: gatewayId, rate_per_second: 20 }] });
  await Promise.all(Array.from({ length: 45 }, () => send(given, 10)));
  await until(() => gateway.received.length > 5);
  expect(await finished(given, await send({ calls, gatewayId: otherId }, 50))).toEqual({
    sent: 50,
  });
  expect(gateway.received.length).toBeLessThan(200);
});

test("a rate is kept by all attempts together, and a new one holds at once", async () => {
  await using given = await setUp();
  const { gateway, gatewayId, calls } = given;
  const rate = 40;
  await calls.patch({ gateways: [{ id: gatewayId, rate_per_second: rate }] });
  const handed = await Promise.all(Array.from({ length: 5 }, () => send(given, 40)));
  await until(() => gateway.received.length >= 40);
  const times = gateway.received.map(({ at }) => at);
  for (const from of times) {
    const inHalfASecond = times.filter((at) => at >= from && at < from + 500).length;
    // Half a second's, the burst, one, and as many as a busy machine may hold up and then deliver at once.
    expect(inHalfASecond).toBeLessThanOrEqual(rate * 0.6 + 1 + 4);
  }
  await calls.patch({ gateways: [{ id: gatewayId, rate_per_second: null }] });
  for (const each of handed) expect(await finished(given, each)).toEqual({ sent: 40 });
});

test("a gateway that is down keeps nobody from another, though its batches are more than are worked on at once", async () => {
  await using given = await setUp();
  const { gateway, calls, web } = given;
  await using other = gatewayStandIn();
  const otherId = newId();
  await calls.patch({ gateways: [aGateway(otherId, other.url)] });
  gateway.answer = () => 503;
  const slow = { attempts: 100, first_wait_s: 5, max_wait_s: 5 };
  const down = await Promise.all(Array.from({ length: 45 }, () => send(given, 10, slow)));
  const fine = await send({ calls, gatewayId: otherId }, 50);
  expect(await finished(given, fine)).toEqual({ sent: 50 });
  // The breaker opened: of 450 emails most were not even tried.
  expect(gateway.received.length).toBeLessThan(200);
  const standing = down.flatMap(({ recipients }) => recipients.map(({ id }) => web.stateOf(id)));
  expect(new Set(standing)).toEqual(new Set(["retrying", undefined]));
});
