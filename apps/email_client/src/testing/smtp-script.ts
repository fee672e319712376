import type { Socket } from "bun";

/** The points of a session at which a server can say something of its own. `END` is after the dot that ends a message. */
export type Point = "GREETING" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "END" | "RSET";

/** What is said there: a whole reply, nothing at all, or goodbye without a word. */
export type Reply = string | "silence" | "hang up";

const USUAL: Record<Point, Reply> = {
  GREETING: "220 mail.example.com ESMTP",
  EHLO: "250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES",
  AUTH: "235 2.7.0 welcome",
  MAIL: "250 2.1.0 Ok",
  RCPT: "250 2.1.5 Ok",
  DATA: "354 go on",
  END: "250 2.0.0 Ok: queued as 4F1B2",
  RSET: "250 2.0.0 Ok",
};

/** An SMTP server of bare sockets, for replies that no well-behaved server would give on demand. */
export interface SmtpScript extends AsyncDisposable {
  port: number;
  /** What is said otherwise than usual, from now on. */
  replies: Partial<Record<Point, Reply>>;
  /** Every command as it came, from all sessions, message lines left out. */
  commands: string[];
  /** Messages that were ended with a dot. */
  messages: string[];
  /** Is told of each before it is answered. */
  hear?: (recipients: string[], message: string) => Promise<void>;
}

interface Session {
  text: string;
  recipients: string[];
  message: string | undefined;
}

export function smtpScript(replies: SmtpScript["replies"] = {}): SmtpScript {
  const say = (socket: Socket<Session>, point: Point) => {
    const reply = script.replies[point] ?? USUAL[point];
    if (reply === "hang up") socket.end();
    else if (reply !== "silence") socket.write(`${reply}\r\n`);
    return reply;
  };
  const hear = (socket: Socket<Session>, line: string) => {
    const session = socket.data;
    if (session.message !== undefined) {
      // RFC 5321 4.5.2: a line that begins with a dot comes with another one.
      if (line !== ".") session.message += `${line.replace(/^\./, "")}\r\n`;
      else endMessage(socket, session.message);
      return;
    }
    script.commands.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "QUIT") {
      socket.end("221 2.0.0 bye\r\n");
      return;
    }
    if (verb === "MAIL") session.recipients = [];
    if (verb === "RCPT") session.recipients.push(/<(.*?)>/.exec(line)?.[1] ?? "");
    const reply = say(socket, (verb === "HELO" ? "EHLO" : verb) as Point);
    if (verb === "DATA" && reply.startsWith("354")) session.message = "";
  };
  const endMessage = (socket: Socket<Session>, message: string) => {
    script.messages.push(message);
    socket.data.message = undefined;
    const heard = script.hear?.(socket.data.recipients, message) ?? Promise.resolve();
    void heard.then(() => say(socket, "END"));
  };
  const listener = Bun.listen<Session>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { text: "", recipients: [], message: undefined };
        say(socket, "GREETING");
      },
      data(socket, bytes) {
        socket.data.text += Buffer.from(bytes).toString("latin1");
        for (let end = socket.data.text.indexOf("\r\n"); end >= 0;) {
          const line = socket.data.text.slice(0, end);
          socket.data.text = socket.data.text.slice(end + 2);
          hear(socket, line);
          end = socket.data.text.indexOf("\r\n");
        }
      },
    },
  });
  const script: SmtpScript = {
    port: listener.port,
    replies,
    commands: [],
    messages: [],
    [Symbol.asyncDispose]: async () => listener.stop(true),
  };
  return script;
}
