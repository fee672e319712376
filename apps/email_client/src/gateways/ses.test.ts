import { expect, test } from "bun:test";
import { type Clock, systemClock } from "@mailwright/platform";
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

const at = (time: string): Clock => ({ ...systemClock, now: () => Date.parse(time) });

test("requests are signed by the time that all processes share, whatever this one's own clock says", async () => {
  const signed: string[] = [];
  await using fake = await httpSubject({
    ...ses,
    knows(request, body) {
      signed.push(request.headers.get("x-amz-date") ?? "");
      return ses.knows(request, body);
    },
  }).start();
  const clock = at("2031-02-03T04:05:06.789Z");
  const gateway = sesGateway.open({ settings: fake.settings, secrets: fake.secrets, clock });
  const { kind } = await gateway.send(MESSAGE, AbortSignal.timeout(10_000));
  expect([kind, signed]).toEqual(["accepted", ["20310203T040506Z"]]);
});

test.each([
  [
    "InvalidSignatureException",
    "Signature expired: 20310203T040506Z is now earlier than 20310203T041500Z (20310203T042000Z - 5 min.)",
  ],
  [
    "SignatureDoesNotMatch",
    "Signature not yet current: 20310203T042506Z is still later than 20310203T041500Z (20310203T041000Z + 5 min.)",
  ],
])(
  "a signature of another time (%s) is put down to the clock and tried again",
  async (type, message) => {
    await using fake = await httpSubject({
      ...ses,
      unauthorized: () => fault(403, type, message),
    }).start();
    fake.mood = "unauthorized";
    const { settings, secrets } = fake;
    const gateway = sesGateway.open({ settings, secrets, clock: systemClock });
    expect(await gateway.send(MESSAGE, AbortSignal.timeout(10_000))).toEqual({
      kind: "unavailable",
      detail: `Amazon SES answered 403: ${message} The clock of Redis, by which requests are signed, is wrong: set it right.`,
    });
  },
);
