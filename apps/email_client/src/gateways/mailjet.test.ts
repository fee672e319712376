import { expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { httpSubject } from "../testing/services/fake-service.ts";
import { mailjet } from "../testing/services/mailjet.ts";
import { mailjetGateway } from "./mailjet.ts";

test("a subject that Mailjet would not take is not sent and not cut, and its length is told", async () => {
  await using fake = await httpSubject(mailjet).start();
  const gateway = mailjetGateway.open({
    settings: fake.settings,
    secrets: fake.secrets,
    clock: systemClock,
  });
  const send = (subject: string) =>
    gateway.send({ ...MESSAGE, subject }, AbortSignal.timeout(10_000));
  expect(await send("x".repeat(256))).toEqual({
    kind: "rejected",
    detail: "Not sent: the subject has 256 characters, and Mailjet takes 255.",
    unasked: true,
  });
  expect((await send("x".repeat(255))).kind).toBe("accepted");
  expect([fake.taken.map(({ subject }) => subject.length), fake.faults]).toEqual([[255], []]);
});
