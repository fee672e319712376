import { expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { type Dialect, httpSubject } from "../testing/services/fake-service.ts";
import { postmark } from "../testing/services/postmark.ts";
import { postmarkGateway } from "./postmark.ts";

const soon = () => AbortSignal.timeout(10_000);

async function started(stream: string, dialect: Dialect = postmark) {
  const fake = await httpSubject(dialect).start();
  const { secrets } = fake;
  const settings = { ...fake.settings, stream };
  return { fake, gateway: postmarkGateway.open({ settings, secrets, clock: systemClock }) };
}

test.each([
  [1221, "The 'MessageStreamType' associated with this request was invalid."],
  [1235, "The 'MessageStream' provided does not exist on this server."],
  [1236, "Sending is not supported on the supplied 'MessageStream'."],
])(
  "a message stream that cannot be sent through (%d) is a fault of the account, and not of the recipient",
  async (ErrorCode, Message) => {
    const refused = () => Response.json({ ErrorCode, Message }, { status: 422 });
    const { fake, gateway } = await started("", { ...postmark, refused });
    await using given = fake;
    given.mood = "refuse";
    expect(await gateway.send(MESSAGE, soon())).toEqual({
      kind: "unauthorized",
      detail: `Postmark answered 422: ${Message} (code ${ErrorCode})`,
    });
  },
);

const SERVER = "The token belongs to the server “Newsletters”.";

test.each([
  ["", "ready", "Its message stream “Default Broadcast Stream” can be sent through."],
  ["outbound", "ready", "Its message stream “Default Transactional Stream” can be sent through."],
  [
    "brodcast",
    "unauthorized",
    "It has no message stream “brodcast”: enter the ID of one of its streams. Postmark answered 422: The message stream for the provided 'ID' was not found. (code 1226)",
  ],
  [
    "spring",
    "unauthorized",
    "Its message stream “spring” is archived: restore it at Postmark, or enter the ID of another one.",
  ],
  [
    "inbound",
    "unauthorized",
    "Its message stream “inbound” only receives: enter the ID of one for broadcasts.",
  ],
] as const)("a check says of the message stream “%s” that it is %s", async (stream, kind, word) => {
  const { fake, gateway } = await started(stream);
  await using given = fake;
  expect(await gateway.check(soon())).toEqual({ kind, detail: `${SERVER} ${word}` });
  expect(given.faults).toEqual([]);
});
