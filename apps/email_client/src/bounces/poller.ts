import { type Clock, orAborted } from "@mailwright/platform";
import { type MailboxReading, noteMailbox } from "../feedback/mailbox-note.ts";
import type { Pace } from "../pace.ts";
import { bounceTurnKey } from "../redis/keys.ts";
import { type GatewayRecord, readGateways } from "../settings/gateway-records.ts";
import type { Vault } from "../settings/vault.ts";
import { mailboxFailure } from "./check-mailbox.ts";
import { type ReadContext, readMailbox } from "./read-mailbox.ts";
import { type BounceMailbox, bounceMailbox, mailboxName } from "./settings.ts";
import type { Verp } from "./verp.ts";

export interface PollerContext extends ReadContext {
  vault: Vault;
  verp: Verp;
  clock: Clock;
  pace: Pick<Pace, "bouncesMs">;
}

/** How often a process looks whether a mailbox is due that another one was reading. */
const LOOKS = 6;

/**
 * Reads every gateway's bounce mailbox once in `bouncesMs`, by one process at a time: whoever takes the turn has it until the
 * mailbox is due again, and has to be done by then. A process that dies costs one turn. Stopping does not wait for a Redis that
 * is away.
 */
export function startBouncePoller(context: PollerContext): AsyncDisposable {
  const stopping = new AbortController();
  const running = poll(context, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the poller is stopping"));
      await running;
    },
  };
}

async function poll(context: PollerContext, signal: AbortSignal): Promise<void> {
  const { redis, clock, log, pace } = context;
  while (!signal.aborted) {
    try {
      const records = await orAborted(readGateways(redis), signal);
      const watched = records.filter(({ settings }) => (settings["bounce_host"] ?? "") !== "");
      await Promise.all(watched.map((record) => takeTurn(record, context, signal)));
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, "bounce mailboxes could not be looked at");
    }
    await clock.sleep(pace.bouncesMs / LOOKS, signal).catch(() => {});
  }
}

async function takeTurn(
  record: GatewayRecord,
  context: PollerContext,
  signal: AbortSignal,
): Promise<void> {
  const { redis, vault, log, pace } = context;
  const { id } = record;
  const turn = await orAborted(
    redis.set(bounceTurnKey(id), "1", "PX", pace.bouncesMs, "NX"),
    signal,
  );
  if (turn === null) return;
  const secrets = await vault.open(id, record.sealed);
  const mailbox = bounceMailbox(record.settings, secrets ?? {});
  if (mailbox === undefined) return;
  const reading = secrets === undefined ? SEALED : await readTurn(record, mailbox, context, signal);
  if (reading === undefined) return;
  if (reading.kind === "failed")
    log.warn({ gateway: id, why: reading.detail }, "a bounce mailbox cannot be read");
  const now = context.clock.now();
  await orAborted(noteMailbox(redis, id, mailboxName(mailbox), reading, now), signal);
}

const SEALED: MailboxReading = {
  kind: "failed",
  fault: "sealed",
  detail: "its password was encrypted with a key that is not set any more",
};

/** Reads a mailbox in its turn; undefined when that was stopped. */
async function readTurn(
  { id, kind, name }: GatewayRecord,
  mailbox: BounceMailbox,
  context: PollerContext,
  signal: AbortSignal,
): Promise<MailboxReading | undefined> {
  const { log, pace, verp } = context;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(pace.bouncesMs * 0.9)]);
  try {
    const identify = (text: string) => verp.emailIn(text, id);
    const { told, ignored, leftAlone } = await readMailbox(
      { id, kind, name },
      mailbox,
      identify,
      context,
      patience,
    );
    if (told + ignored > 0)
      log.info({ gateway: id, told, ignored, left_alone: leftAlone }, "read a bounce mailbox");
    return { kind: "read", told, others: ignored + leftAlone };
  } catch (error) {
    if (signal.aborted) return undefined;
    return patience.aborted
      ? { kind: "failed", fault: "slow", detail: "it took too long" }
      : { kind: "failed", ...mailboxFailure(error, mailbox) };
  }
}
