import type { Semaphore } from "./semaphore.ts";

/**
 * A semaphore that several parties share: at most so many holders at once. What comes free goes to the party that holds the
 * fewest of those that wait; among equals to the one that was given something the longest ago; and of one party to whoever
 * asked first. So a party gets its part however many of it ask, and however long others hold what they have.
 */
export interface FairSemaphore {
  /** Resolves with a function that gives the place back; rejects when the signal aborts first. */
  acquire(party: string, signal: AbortSignal): Promise<() => void>;
  /** Undefined where `acquire` would have to wait. */
  tryAcquire(party: string): (() => void) | undefined;
  /** As one party sees it. */
  of(party: string): Semaphore;
  /** How many a party holds. */
  heldBy(party: string): number;
  isWaiting(party: string): boolean;
  /** Fewer take effect as holders give back. */
  resize(size: number): void;
  inUse(): number;
}

/** Of so many parties it is remembered who was given something when. Who is not among them was not for long. */
const REMEMBERED = 100;

export function createFairSemaphore(size: number): FairSemaphore {
  const lines = new Map<string, Ticket[]>();
  const held = new Map<string, number>();
  /** In the order in which they were last given something. */
  const lastGiven = new Map<string, number>();
  let inUse = 0;
  let given = 0;

  const heldBy = (party: string) => held.get(party) ?? 0;

  function give(party: string): () => void {
    inUse++;
    count(held, party, 1);
    lastGiven.delete(party);
    lastGiven.set(party, ++given);
    if (lastGiven.size > REMEMBERED) lastGiven.delete(lastGiven.keys().next().value as string);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      inUse--;
      count(held, party, -1);
      giveOn();
    };
  }

  function giveOn(): void {
    while (inUse < size) {
      const party = nextParty();
      if (party === undefined) return;
      const line = lines.get(party) as Ticket[];
      const ticket = line.shift() as Ticket;
      if (line.length === 0) lines.delete(party);
      ticket.grant(give(party));
    }
  }

  function nextParty(): string | undefined {
    let next: string | undefined;
    for (const party of lines.keys())
      if (next === undefined || goesBefore(party, next)) next = party;
    return next;
  }

  function goesBefore(party: string, other: string): boolean {
    const fewer = heldBy(party) - heldBy(other);
    return fewer === 0 ? (lastGiven.get(party) ?? 0) < (lastGiven.get(other) ?? 0) : fewer < 0;
  }

  function acquire(party: string, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (inUse < size) return Promise.resolve(give(party));
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const ticket: Ticket = {
      grant(release) {
        signal.removeEventListener("abort", giveUp);
        resolve(release);
      },
    };
    const giveUp = () => {
      leave(party, ticket);
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    const line = lines.get(party);
    if (line === undefined) lines.set(party, [ticket]);
    else line.push(ticket);
    return promise;
  }

  function leave(party: string, ticket: Ticket): void {
    const left = lines.get(party)?.filter((each) => each !== ticket) ?? [];
    if (left.length === 0) lines.delete(party);
    else lines.set(party, left);
  }

  return {
    inUse: () => inUse,
    heldBy,
    isWaiting: (party) => lines.has(party),
    tryAcquire: (party) => (inUse < size ? give(party) : undefined),
    acquire,
    of: (party) => ({
      acquire: (signal) => acquire(party, signal),
      inUse: () => heldBy(party),
    }),
    resize(wanted) {
      size = wanted;
      giveOn();
    },
  };
}

interface Ticket {
  grant(release: () => void): void;
}

function count(counts: Map<string, number>, party: string, by: number): void {
  const sum = (counts.get(party) ?? 0) + by;
  if (sum === 0) counts.delete(party);
  else counts.set(party, sum);
}
