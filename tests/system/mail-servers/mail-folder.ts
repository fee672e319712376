import { ImapFlow } from "imapflow";
import { until } from "@mailwright/testing";

/** A mailbox as its owner sees it, over a connection of its own. */
export interface MailFolder extends AsyncDisposable {
  /** Puts a message into a folder, unread, as a mail server would; into INBOX unless another is named. */
  deliver(text: string, folder?: string): Promise<void>;
  /** The subjects of a folder's messages, with `*` behind those that were not read; [] where there is no such folder. */
  subjects(folder: string): Promise<string[]>;
  /** Takes a folder away with all that is in it. */
  remove(folder: string): Promise<void>;
}

export async function openFolder(
  port: number,
  user: string,
  password: string,
): Promise<MailFolder> {
  const connect = async () => {
    const client = new ImapFlow({
      host: "127.0.0.1",
      port,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: password },
      logger: false,
    });
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  const client = await until(connect, { what: "the mailbox to be open", timeoutMs: 20_000 });
  return {
    async deliver(text, path = "INBOX") {
      if (path !== "INBOX") await client.mailboxCreate(path);
      await client.append(path, text, []);
    },
    async subjects(folder) {
      const folders = await client.list();
      if (!folders.some(({ path }) => path === folder)) return [];
      await client.mailboxOpen(folder, { readOnly: true });
      const messages = await client.fetchAll("1:*", { envelope: true, flags: true });
      await client.mailboxClose();
      return messages.map(
        ({ envelope, flags }) => `${envelope?.subject ?? ""}${flags?.has("\\Seen") ? "" : "*"}`,
      );
    },
    async remove(folder) {
      await client.mailboxDelete(folder);
    },
    async [Symbol.asyncDispose]() {
      await client.logout();
    },
  };
}
