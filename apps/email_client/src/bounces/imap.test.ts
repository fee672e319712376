import { expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { ANYWHERE, createOutbound } from "../gateways/outbound.ts";
import { openMailbox } from "./imap.ts";

const PASSWORD = "correct-horse-battery";

/** An IMAP server of a few words; `heard` is everything that it was told. */
function speaking(greeting: string) {
  const heard: string[] = [];
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => void socket.write(`${greeting}\r\n`),
      data(socket, bytes) {
        const text = Buffer.from(bytes).toString("latin1");
        heard.push(text);
        const [tag = "*", command = ""] = text.trim().split(" ");
        const reply = command === "CAPABILITY" ? `* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n` : "";
        socket.write(`${reply}${tag} OK done\r\n`);
      },
    },
  });
  return { port: listener.port, heard, [Symbol.dispose]: () => listener.stop(true) };
}

const mailbox = (port: number, security: "starttls" | "tls") => ({
  host: "127.0.0.1",
  port,
  security,
  username: "bounces",
  password: PASSWORD,
  ca: undefined,
  folder: "INBOX",
  handledFolder: "Handled",
});

test("no password is said to a server that offers no STARTTLS where that was asked for", async () => {
  using server = speaking("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
  const opened = openMailbox(
    mailbox(server.port, "starttls"),
    AbortSignal.timeout(10_000),
    ANYWHERE,
  );
  await expect(opened).rejects.toThrow();
  const heard = server.heard.join("");
  expect(heard).not.toContain(PASSWORD);
  expect(heard).not.toContain(Buffer.from(`\0bounces\0${PASSWORD}`).toString("base64"));
  expect(heard).not.toMatch(/LOGIN|AUTHENTICATE/);
});

test("a session that says it is signed in already is not gone on with where STARTTLS was asked for", async () => {
  using server = speaking("* PREAUTH [CAPABILITY IMAP4rev1] welcome");
  const opened = openMailbox(
    mailbox(server.port, "starttls"),
    AbortSignal.timeout(10_000),
    ANYWHERE,
  );
  await expect(opened).rejects.toThrow();
  expect(server.heard.join("")).not.toMatch(/SELECT/);
});

test("a mailbox is opened at the address that was vetted, and at none that is not public unless that is allowed", async () => {
  using server = speaking("* PREAUTH [CAPABILITY IMAP4rev1] welcome");
  const named = { ...mailbox(server.port, "starttls"), host: "imap.invalid" };
  const opened = (privateGateways: "allow" | "refuse") =>
    openMailbox(
      named,
      AbortSignal.timeout(10_000),
      createOutbound(privateGateways, systemClock, async () => [
        { address: "127.0.0.1", family: 4 },
      ]),
    );
  await expect(opened("refuse")).rejects.toThrow(
    "imap.invalid has no public address, which gateways need unless PRIVATE_GATEWAYS is “allow”",
  );
  expect(server.heard).toEqual([]);
  await expect(opened("allow")).rejects.toThrow();
  expect(server.heard).not.toEqual([]);
});

test("a mailbox is not opened once it is too late", async () => {
  using server = speaking("* OK ready");
  const late = AbortSignal.abort(new Error("too late"));
  await expect(openMailbox(mailbox(server.port, "tls"), late, ANYWHERE)).rejects.toThrow(
    "too late",
  );
  expect(server.heard).toEqual([]);
});
