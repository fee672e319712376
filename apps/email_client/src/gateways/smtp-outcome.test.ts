import { describe, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { MESSAGE } from "../testing/messages.ts";
import { type Point, type Reply, type SmtpScript, smtpScript } from "../testing/smtp-script.ts";
import type { Gateway, Outcome, ThrottleScope } from "./gateway.ts";
import { smtpGateway } from "./smtp.ts";

const PASSWORD = "correct-horse-battery";

function open(port: number, settings: Record<string, string> = {}, password = "") {
  const all = { host: "127.0.0.1", port: String(port), security: "none", ...settings };
  return smtpGateway.open({ settings: all, secrets: { password }, clock: systemClock });
}

/** What an attempt comes to where the server says something of its own at one point. */
async function outcomeWith(
  point: Point,
  reply: Reply,
  { credentials = false, deadlineMs = 5_000 } = {},
): Promise<Outcome> {
  await using server = smtpScript({ [point]: reply });
  const gateway = open(server.port, credentials ? { username: "ann" } : {}, PASSWORD);
  try {
    return await gateway.send(MESSAGE, AbortSignal.timeout(deadlineMs));
  } finally {
    gateway.close?.();
  }
}

/** Sends a message and gives up on its answer once the whole of it has come. */
async function lost(server: SmtpScript, gateway: Gateway): Promise<Outcome> {
  const patience = new AbortController();
  const sending = gateway.send(MESSAGE, patience.signal);
  await until(() => server.messages.length > 0, { what: "the message to come whole" });
  patience.abort();
  return sending;
}

test("an accepted message is known by the id that the server gave it", async () => {
  expect(await outcomeWith("END", "250 2.0.0 Ok: queued as 4F1B2")).toEqual({
    kind: "accepted",
    messageId: "4F1B2",
  });
  expect(await outcomeWith("END", "250 OK id=1tGk2S-000abc-1x")).toEqual({
    kind: "accepted",
    messageId: "1tGk2S-000abc-1x",
  });
  expect(await outcomeWith("END", "250 fine")).toEqual({
    kind: "accepted",
    messageId: MESSAGE.headers["Message-ID"]!,
  });
});

test.each<[Point, Reply, Outcome["kind"], ThrottleScope | undefined]>([
  ["GREETING", "421 too busy", "unavailable", "gateway"],
  ["GREETING", "421 4.7.0 too many from you", "throttled", "gateway"],
  ["MAIL", "451 4.7.1 slower, please", "throttled", undefined],
  ["RCPT", "450 4.7.1 greylisted", "throttled", "domain"],
  ["RCPT", "452 4.5.3 too many recipients", "throttled", undefined],
  ["RCPT", "450 4.2.1 mailbox busy", "unavailable", undefined],
  ["END", "421 4.3.2 shutting down", "throttled", "gateway"],
  ["END", "451 4.7.28 too much for this domain", "throttled", "domain"],
  ["END", "550 5.4.5 daily limit exceeded", "throttled", "gateway"],
  ["RCPT", "550 5.7.1 not this one", "rejected", undefined],
])(
  "a reply at %s of %j asks to slow down whatever it is about",
  async (point, reply, kind, slowDown) => {
    const { kind: came, ...rest } = await outcomeWith(point, reply);
    expect([came, "slowDown" in rest ? rest.slowDown : undefined]).toEqual([kind, slowDown]);
  },
);

describe("every class of reply has one meaning", () => {
  test.each<[Point, Reply, Outcome["kind"], string]>([
    ["GREETING", "554 no mail here", "unavailable", "answered 554: no mail here"],
    ["GREETING", "421 4.3.2 too busy", "throttled", "(the server takes no messages now)"],
    ["EHLO", "550 go away", "unavailable", "answered 550"],
    ["MAIL", "550 5.7.1 not your address", "unauthorized", "550 5.7.1 to MAIL FROM"],
    ["MAIL", "550 5.1.8 bad sender", "rejected", "(the sender's domain cannot be found)"],
    ["MAIL", "452 4.3.1 no room", "throttled", "(the server has no room)"],
    ["MAIL", "530 5.7.0 sign in first", "unauthorized", "530 5.7.0 to MAIL FROM"],
    ["RCPT", "550 5.1.1 <zoe@example.org> unknown", "rejected", "(there is no such mailbox)"],
    ["RCPT", "553 nope", "rejected", "answered 553 to RCPT TO: nope"],
    ["RCPT", "554 5.7.1 <zoe@example.org>: Relay access denied", "unauthorized", "Relay access"],
    ["RCPT", "550 relay not permitted", "unauthorized", "550 to RCPT TO: relay not permitted"],
    ["RCPT", "550 5.7.54 Unable to relay recipient", "unauthorized", "Unable to relay"],
    ["RCPT", "550 5.7.1 <zoe@example.org>: Access denied", "rejected", "Access denied"],
    [
      "RCPT",
      "553 5.7.1 <news@example.com>: Sender address rejected: not owned by user ann",
      "unauthorized",
      "not owned by user",
    ],
    [
      "RCPT",
      "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
      "unauthorized",
      "Client host rejected",
    ],
    [
      "END",
      "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
      "unauthorized",
      "SendAsDenied",
    ],
    ["END", "554 5.7.1 relaying denied", "rejected", "relaying denied"],
    ["RCPT", "550 2.1.5 no such user", "rejected", "answered 550 to RCPT TO: 2.1.5 no such user"],
    ["RCPT", "550 5.4.5 daily limit exceeded", "throttled", "takes no more from this account"],
    ["RCPT", "450 4.2.0 greylisted", "unavailable", "450 4.2.0"],
    ["RCPT", "450 4.7.1 greylisted", "throttled", "450 4.7.1"],
    ["RCPT", "452 4.2.2 mailbox full", "unavailable", "(the mailbox is full)"],
    ["RCPT", "452 slow down", "throttled", "452"],
    ["RCPT", "421 4.7.0 too many", "throttled", "421 4.7.0"],
    ["DATA", "503 bad sequence", "unavailable", "503 to DATA"],
    ["DATA", "554 no valid recipients", "rejected", "554 to DATA"],
    ["DATA", "451 4.3.0 later", "unavailable", "451 4.3.0 to DATA"],
    ["END", "554 5.7.1 looks like spam", "rejected", "looks like spam"],
    ["END", "552 5.3.4 too big", "rejected", "(the message is too big)"],
    [
      "END",
      "550-5.7.26 not authenticated\r\n550 5.7.26 see https://example.com",
      "rejected",
      "(neither SPF nor DKIM passes)",
    ],
    ["MAIL", "550 5.7.515 access denied", "rejected", "(SPF, DKIM or DMARC does not pass)"],
    ["RCPT", "550 5.7.23 SPF fail", "rejected", "(SPF does not pass)"],
    ["END", "421 4.7.26 unauthenticated", "throttled", "(neither SPF nor DKIM passes)"],
    ["END", "451 4.7.1 greylisted", "throttled", "451 4.7.1"],
    ["END", "421 4.3.0 restarting", "unavailable", "421 4.3.0"],
  ])("%s %j is %s", async (point, reply, kind, words) => {
    const outcome = await outcomeWith(point, reply);
    expect([outcome.kind, (outcome as { detail: string }).detail]).toEqual([
      kind,
      expect.stringContaining(words),
    ]);
  });

  test.each<[Point, Reply, string | undefined]>([
    ["MAIL", "550 5.1.1 no such user", undefined],
    ["RCPT", "550 5.1.1 no such user", "5.1.1"],
    ["RCPT", "550 5.4.1 not this one", "5.4.1"],
    ["RCPT", "550 no such user", undefined],
    ["DATA", "550 5.1.1 no such user", "5.1.1"],
    ["END", "550 5.1.1 no such user", "5.1.1"],
    ["END", "550-5.1.1 no such user\r\n550 5.1.1 here", "5.1.1"],
    ["END", "552 5.2.2 mailbox full", "5.2.2"],
    ["END", "554 5.2.0 STOREDRV.Submission.Exception:Other", undefined],
    ["END", "554 5.2.122 too many recipients", undefined],
    ["END", "554 5.3.0 system trouble", undefined],
    ["END", "554 5.7.1 looks like spam", undefined],
    ["MAIL", "550 5.7.26 not authenticated", "5.7.26"],
    ["RCPT", "550 5.7.23 SPF fail", "5.7.23"],
    ["END", "550-5.7.26 not authenticated\r\n550 5.7.26 see there", "5.7.26"],
    ["END", "550 5.7.509 DMARC fail", "5.7.509"],
    ["END", "550 5.7.28 too much unsolicited mail", undefined],
    ["END", "554 no", undefined],
  ])(
    "a refusal at %s by %j tells of the recipient or of the sender by %p",
    async (point, reply, status) => {
      const outcome = await outcomeWith(point, reply);
      expect(outcome).toEqual({
        kind: "rejected",
        detail: expect.any(String),
        ...(status !== undefined && { status }),
      });
    },
  );

  test.each<[Reply, Outcome["kind"]]>([
    ["535 5.7.8 wrong", "unauthorized"],
    ["534 5.7.9 too weak", "unauthorized"],
    ["454 4.7.0 try again", "unavailable"],
  ])("AUTH %j is %s", async (reply, kind) => {
    expect((await outcomeWith("AUTH", reply, { credentials: true })).kind).toBe(kind);
  });

  test("a server that offers no AUTH is not used without signing in, where that is wanted", async () => {
    await using server = smtpScript({
      EHLO: "250 mail.example.com",
      AUTH: "502 5.5.1 no such thing",
    });
    const gateway = open(server.port, { username: "ann" }, PASSWORD);
    const outcome = await gateway.send(MESSAGE, AbortSignal.timeout(5_000));
    expect([outcome.kind, server.messages]).toEqual(["unauthorized", []]);
  });
});

describe("without a reply, only a message that was handed over whole may have been taken", () => {
  test.each<Point>(["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])(
    "silence or a lost connection at %s is known not to be an acceptance",
    async (point) => {
      const [silence, lost] = await Promise.all([
        outcomeWith(point, "silence", { deadlineMs: 300 }),
        outcomeWith(point, "hang up"),
      ]);
      expect([silence.kind, lost.kind]).toEqual(["unavailable", "unavailable"]);
    },
  );

  test("silence or a lost connection after the last byte is ambiguous", async () => {
    await using server = smtpScript({ END: "silence" });
    const gateway = open(server.port);
    const outcomes = [await lost(server, gateway), await outcomeWith("END", "hang up")];
    gateway.close?.();
    const detail = "The message was handed over, but the server did not say whether it took it.";
    expect(outcomes).toEqual([
      { kind: "ambiguous", detail },
      { kind: "ambiguous", detail },
    ]);
  });

  test("a message is handed over once, however often its connection is lost", async () => {
    await using server = smtpScript({ END: "hang up" });
    const gateway = open(server.port);
    const outcome = await gateway.send(MESSAGE, AbortSignal.timeout(5_000));
    // Long enough for the pool to have tried again, had it meant to.
    await Bun.sleep(500);
    expect([outcome.kind, server.messages.length]).toEqual(["ambiguous", 1]);
    gateway.close?.();
  });

  test("nobody there, no such host and a certificate that nobody vouches for are unavailable", async () => {
    const nobody = await open(1).send(MESSAGE, AbortSignal.timeout(5_000));
    expect(nobody).toEqual({ kind: "unavailable", detail: "It cannot be reached (ECONNREFUSED)." });
    const lost = open(25, { host: "no-such-host.invalid" });
    expect((await lost.send(MESSAGE, AbortSignal.timeout(9_000))).kind).toBe("unavailable");
  });

  test("waiting for a connection uses up no attempt, and is not told as the server's word", async () => {
    await using server = smtpScript({ END: "silence" });
    const gateway = open(server.port, { connections: "1" });
    const patience = new AbortController();
    const first = gateway.send(MESSAGE, patience.signal);
    await until(() => server.messages.length === 1, { what: "the message to come whole" });
    const second = await gateway.send(MESSAGE, AbortSignal.timeout(50));
    patience.abort();
    expect((await first).kind).toBe("ambiguous");
    expect(second).toEqual({
      kind: "throttled",
      detail: "All connections to the server were busy.",
      unasked: true,
    });
    gateway.close?.();
  });
});

test("no outcome says anything of the credentials or the recipient, even where the server repeats them", async () => {
  const plain = Buffer.from(`\0ann\0${PASSWORD}`).toString("base64");
  const echo = `${PASSWORD} ${plain} <${MESSAGE.to.email}> ${Buffer.from(PASSWORD).toString("base64")}`;
  for (const point of ["AUTH", "MAIL", "RCPT", "DATA", "END"] as const) {
    const outcome = await outcomeWith(point, `550 5.0.0 ${echo}`, { credentials: true });
    expect(JSON.stringify(outcome)).not.toMatch(/correct-horse|zoe@|Y29ycmVjd|AGFubg/);
    expect(outcome).toHaveProperty("detail");
  }
});

test("a server that refuses one message takes the next one on the same connection", async () => {
  await using server = smtpScript({ RCPT: "550 5.1.1 unknown" });
  const gateway = open(server.port, { connections: "1" });
  const refused = await gateway.send(MESSAGE, AbortSignal.timeout(5_000));
  server.replies = {};
  const taken = await gateway.send(MESSAGE, AbortSignal.timeout(5_000));
  expect([refused.kind, taken.kind]).toEqual(["rejected", "accepted"]);
  expect(server.commands.filter((line) => line.startsWith("EHLO"))).toHaveLength(1);
  gateway.close?.();
});
