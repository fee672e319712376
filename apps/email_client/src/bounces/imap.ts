import { isIP } from "node:net";
import { type Outbound, whyRefused } from "../gateways/outbound.ts";
import type { BounceMailbox } from "./settings.ts";

/** One message as it lies in a mailbox: no more of it than is needed to tell what it is. */
export interface MailboxMessage {
  uid: number;
  raw: Uint8Array;
  /** Milliseconds; when the mailbox got it. */
  receivedAt: number;
}

/** An open folder of a mailbox. Closing it says goodbye to the server. */
export interface OpenMailbox extends AsyncDisposable {
  /** Names the folder for as long as its UIDs mean the same messages (RFC 9051 2.3.1.1). */
  validity: string;
  /** The UIDs of all messages from this one on, in order. */
  uidsFrom(uid: number): Promise<number[]>;
  /** How many bytes of each would be fetched. One that is gone by now is left out. */
  sizes(uids: readonly number[]): Promise<Map<number, number>>;
  /** Does not mark them as read. One that is gone by now is left out. */
  fetch(uids: readonly number[]): Promise<MailboxMessage[]>;
  /** Moves messages to the folder for what was handled, which is made if there is none. */
  putAway(uids: readonly number[]): Promise<void>;
}

/** The reports stand before the message that is sent back, and that one's header is enough. */
export const MESSAGE_BYTES = 256 * 1024;
const CONNECT_MS = 15_000;
const GOODBYE_MS = 2_000;

/** Signs in and opens the folder that is read; throws with the server's words when it cannot. `signal` ends all of it. */
export async function openMailbox(
  { host, port, security, username, password, ca, folder, handledFolder }: BounceMailbox,
  signal: AbortSignal,
  outbound: Outbound,
): Promise<OpenMailbox> {
  signal.throwIfAborted();
  // Loaded by whoever has a mailbox: it takes 25 MB.
  const { ImapFlow } = await import("imapflow");
  const client = new ImapFlow({
    host: await addressOf(host, signal, outbound),
    // The certificate is the name's, whatever its address.
    ...(isIP(host) === 0 && { servername: host }),
    port,
    secure: security === "tls",
    ...(security !== "tls" && { doSTARTTLS: security === "starttls" }),
    tls: { minVersion: "TLSv1.2", ...(ca !== undefined && { ca }) },
    auth: { user: username, pass: password },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: 2 * CONNECT_MS,
  });
  // What it says here it says to whoever waits for a command as well.
  client.on("error", () => {});
  const stop = () => client.close();
  signal.addEventListener("abort", stop, { once: true });
  const leave = async () => {
    await Promise.race([client.logout().catch(() => {}), Bun.sleep(GOODBYE_MS)]);
    client.close();
    signal.removeEventListener("abort", stop);
  };
  let isHandledFolderMade = false;
  try {
    await client.connect();
    const { uidValidity } = await client.mailboxOpen(folder);
    return {
      validity: String(uidValidity),
      async uidsFrom(first) {
        const found = await client.search({ uid: `${first}:*` }, { uid: true });
        if (!Array.isArray(found)) throw refusal("the server did not list its messages");
        // `n:*` names the last message always, also one before n.
        return found.filter((uid) => uid >= first).toSorted((a, b) => a - b);
      },
      async sizes(uids) {
        const query = { uid: true, size: true };
        const messages = await client.fetchAll(uids.join(","), query, { uid: true });
        return new Map(
          messages.map(({ uid, size = MESSAGE_BYTES }) => [uid, Math.min(size, MESSAGE_BYTES)]),
        );
      },
      async fetch(uids) {
        const query = { uid: true, internalDate: true, source: { maxLength: MESSAGE_BYTES } };
        const messages = await client.fetchAll(uids.join(","), query, { uid: true });
        return messages.flatMap(({ uid, source, internalDate }) => {
          const receivedAt = new Date(internalDate ?? Number.NaN).getTime();
          return source === undefined ? [] : [{ uid, raw: source, receivedAt }];
        });
      },
      async putAway(uids) {
        if (uids.length === 0) return;
        if (!isHandledFolderMade) await client.mailboxCreate(handledFolder);
        isHandledFolderMade = true;
        const moved = await client.messageMove(uids.join(","), handledFolder, { uid: true });
        if (moved === false) throw refusal("the server did not move what was handled");
      },
      [Symbol.asyncDispose]: leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** What imapflow answers with false, as the error that it would be of another command. */
function refusal(words: string): Error {
  return Object.assign(new Error(words), { responseStatus: "NO" });
}

/** The address that is connected to: it was vetted, and what the name has by then does not matter. */
async function addressOf(host: string, signal: AbortSignal, outbound: Outbound): Promise<string> {
  const vetted = await outbound.vet(host, signal);
  signal.throwIfAborted();
  switch (vetted.kind) {
    case "found":
      return vetted.addresses[0].address;
    case "refused":
      throw new Error(whyRefused(host));
    case "unknown":
      throw new Error(`its host name cannot be found (${vetted.code})`);
  }
}
