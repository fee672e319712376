import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { signedInClient } from "../../testing/client.ts";
import { GATEWAY, gatewaysFixture, SPARE } from "../gateways/fixtures/gateways.ts";
import { campaignHeaders } from "../settings/campaign-headers.ts";
import { addContact, created } from "./fixtures/templates.ts";
import { sendTemplateTest } from "./test-message.ts";

const CALL = `POST /v1/gateways/${GATEWAY.id}/messages`;

async function withSender() {
  const fixture = await gatewaysFixture();
  await fixture.context.db.execute(
    sql`UPDATE "setting" SET "from_name" = 'Acme', "from_email" = 'news@example.com', "reply_to" = 'us@example.com'`,
  );
  return fixture;
}

test("a test is what the contact would get, from the sender of the settings, through the default gateway", async () => {
  await using fixture = await withSender();
  const { context, client } = fixture;
  const contact_id = await addContact(context.db, { first_name: "Bob", city: "<Berlin>" });
  const template = await created(context.db);
  client.answerAlways(CALL, { outcome: "accepted", message_id: "m-1" });
  expect(await sendTemplateTest(context, template, { to: " me@example.com ", contact_id })).toEqual(
    { kind: "answered", gateway: "Example Mail", outcome: "accepted", message_id: "m-1" },
  );
  expect(client.calls.find(({ call }) => call === CALL)?.body).toEqual({
    from: { name: "Acme", email: "news@example.com", reply_to: "us@example.com" },
    to: { name: "", email: "me@example.com" },
    subject: "Hi Bob",
    html: expect.stringMatching(
      /^<p>Hello Bob from &lt;Berlin&gt;<\/p>\n<div [^]*href="http:\/\/localhost\/u\/example"/,
    ),
    text: "Hello Bob from <Berlin>\n\nUnsubscribe: http://localhost/u/example",
    headers: campaignHeaders("test", {
      organisation: "",
      from_name: "Acme",
      from_email: "news@example.com",
    }),
    unsubscribe_url: "http://localhost/u/example",
  });
});

describe("what stands in the way of a test is said, and nothing is sent", () => {
  test("no sender, an incomplete, unknown or missing gateway, a contact that is gone", async () => {
    await using fixture = await gatewaysFixture();
    const { context, client } = fixture;
    const template = await created(context.db);
    const to = "me@example.com";
    const about = async (order: object) => {
      const outcome = await sendTemplateTest(context, template, { to, ...order });
      return outcome.kind === "not ready" ? outcome.about : outcome;
    };
    expect(await about({})).toBe("sender");
    await context.db.execute(sql`UPDATE "setting" SET "from_email" = 'news@example.com'`);
    expect(await about({ gateway_id: SPARE.id })).toBe("gateway_id");
    expect(await about({ gateway_id: newId() })).toBe("gateway_id");
    expect(await about({ contact_id: newId() })).toBe("contact_id");
    client.answerNext(CALL, { status: 404 });
    expect(await about({})).toBe("gateway_id");
    expect(client.calls.filter(({ call }) => call.startsWith("POST"))).toHaveLength(1);
    fixture.offer([]);
    await context.gatewayWatch.refresh();
    expect(await about({})).toBe("gateway_id");
  });
});

test("the page says plainly what became of it, whatever was answered", async () => {
  await using fixture = await withSender();
  const { context, client } = fixture;
  const template = await created(context.db);
  const person = await signedInClient(context, "editor");
  const path = `/templates/${template.id}/test`;
  const opened = await person.get(path);
  expect(opened.find("input[name=to]")[0]?.attributes["value"]).toBe(person.person.user.email);
  expect(opened.find("select[name=gateway_id] option").map(({ text }) => text)).toEqual([
    "The default gateway",
    "Example Mail (default)",
  ]);

  const said = async (answer: { status: number; body?: unknown } | "silence") => {
    client.answerNext(CALL, answer);
    const shown = await person.post(path, { to: "me@example.com", contact_id: "", gateway_id: "" });
    return [shown.status, shown.textOf(".callout-title")];
  };
  const answered = (outcome: string, rest = {}) =>
    said({ status: 200, body: { outcome, ...rest } });
  expect(await answered("accepted", { message_id: "m-1" })).toEqual([
    200,
    "The gateway accepted it",
  ]);
  expect(await answered("rejected", { detail: "<b>no</b>" })).toEqual([
    200,
    "The gateway rejected it",
  ]);
  expect(await answered("unauthorized")).toEqual([200, "The gateway refused the credentials"]);
  expect(await answered("throttled")).toEqual([200, "The gateway takes no more for now"]);
  expect(await answered("unavailable")).toEqual([200, "The gateway is not available"]);
  const open = [200, "It is unclear whether it was sent"];
  expect(await answered("ambiguous")).toEqual(open);
  expect(await said("silence")).toEqual(open);
  expect(await said({ status: 500 })).toEqual(open);
  expect(await said({ status: 422, body: { title: "Too large" } })).toEqual([
    200,
    "It was not sent",
  ]);
  expect(await said({ status: 404 })).toEqual([409, "It was not sent"]);

  const wrong = await person.post(path, { to: "nobody", gateway_id: "x" });
  expect([wrong.status, wrong.find(".field-error").map(({ text }) => text)]).toEqual([
    422,
    [
      "There is no @ in it: type an address like anna@example.com.",
      "Choose a gateway from the list.",
    ],
  ]);
});

test("who may only look sends no tests", async () => {
  await using fixture = await withSender();
  const template = await created(fixture.context.db);
  const viewer = await signedInClient(fixture.context, "viewer");
  expect((await viewer.get(`/templates/${template.id}/test`)).status).toBe(403);
  const sent = await viewer.post(`/templates/${template.id}/test`, { to: "me@example.com" });
  expect(sent.status).toBe(403);
  expect(fixture.client.calls.filter(({ call }) => call.startsWith("POST"))).toEqual([]);
});
