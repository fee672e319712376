import { expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { httpSubject } from "../testing/services/fake-service.ts";
import { fault, ses } from "../testing/services/ses.ts";
import { sesGateway } from "./ses.ts";

test.each([
  [
    MESSAGE.headers["Feedback-ID"],
    /^0195f000-0000-7000-8000-00000000000c:mw0123456789:1\..+:AmazonSES$/,
  ],
  ["a b:c", /^:c:1\..+:AmazonSES$/],
  [undefined, /^::1\..+:AmazonSES$/],
])(
  "of the Feedback-ID %s Amazon's begins with the campaign and the sender",
  async (id, arrives) => {
    await using fake = await httpSubject(ses).start();
    const gateway = sesGateway.open({
      settings: fake.settings,
      secrets: fake.secrets,
      clock: systemClock,
    });
    const headers = id === undefined ? {} : { "Feedback-ID": id };
    const { kind } = await gateway.send({ ...MESSAGE, headers }, AbortSignal.timeout(10_000));
    expect([kind, fake.faults]).toEqual(["accepted", []]);
    expect(fake.taken[0]?.headers["feedback-id"]).toMatch(arrives);
  },
);

test("an address of the sender that Amazon has not verified is a fault of the account, and not of the recipient", async () => {
  await using fake = await httpSubject({
    ...ses,
    refused: () => fault(400, "MessageRejected", "Email address is not verified. It failed."),
  }).start();
  fake.mood = "refuse";
  const { settings, secrets } = fake;
  const gateway = sesGateway.open({ settings, secrets, clock: systemClock });
  const { kind } = await gateway.send(MESSAGE, AbortSignal.timeout(10_000));
  expect(kind).toBe("unauthorized");
});
