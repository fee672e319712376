import type { Socket } from "bun";

/** What holds for one direction of a connection at this moment. */
export interface Limits {
  held: boolean;
  latencyMs: number;
  bytesPerSecond: number;
  cutAfter: number;
}

/** Reading stops while more than this waits to be passed on, so that a slow way is felt at the sender. */
const FULL_BYTES = 256 * 1024;

/** A slow way passes this many pieces a second. */
const PIECES_PER_SECOND = 50;

/** One direction of a connection: takes chunks as they come and writes them on in order, as its limits allow. */
export class Pipe {
  private readonly waiting: { bytes: Buffer; arrived: number }[] = [];
  private waitingBytes = 0;
  private passedBytes = 0;
  private ended = false;
  private pumping = false;
  private source: Socket<unknown> | undefined;
  private target: Socket<unknown> | undefined;
  private changed = Promise.withResolvers<void>();
  private writable = Promise.withResolvers<void>();

  /** Whether all has passed that ever will, and the other side knows. */
  done = false;

  /** `cut` is called when as many bytes have passed as may, `done` when the pipe is. */
  constructor(
    private limits: Limits,
    private readonly tell: { cut: () => void; done: () => void },
  ) {}

  /** From where the bytes come: it is paused while too many wait. */
  readFrom(source: Socket<unknown>) {
    this.source = source;
  }

  /** Where the bytes go, once that is known. */
  writeTo(target: Socket<unknown>) {
    this.target = target;
    void this.pump();
  }

  change(limits: Limits) {
    this.limits = limits;
    this.changed.resolve();
    this.changed = Promise.withResolvers();
  }

  push(bytes: Uint8Array) {
    this.waiting.push({ bytes: Buffer.from(bytes), arrived: performance.now() });
    this.waitingBytes += bytes.length;
    if (this.waitingBytes > FULL_BYTES) this.source?.pause();
    void this.pump();
  }

  /** No more bytes will come; the other side is told so when those that wait have passed. */
  end() {
    this.ended = true;
    void this.pump();
  }

  /** The target takes bytes again. */
  drained() {
    this.writable.resolve();
  }

  private async pump() {
    const { target } = this;
    if (!target || this.pumping) return;
    this.pumping = true;
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      await this.travel(next.arrived);
      const allowed = this.limits.cutAfter - this.passedBytes;
      const piece = next.bytes.subarray(0, Math.min(allowed, this.pieceSize()));
      await this.write(target, piece);
      this.passedBytes += piece.length;
      if (this.passedBytes >= this.limits.cutAfter) {
        this.tell.cut();
        return;
      }
      this.take(piece.length);
      if (Number.isFinite(this.limits.bytesPerSecond)) {
        await Bun.sleep((piece.length / this.limits.bytesPerSecond) * 1_000);
      }
    }
    this.pumping = false;
    if (this.ended && !this.done) await this.passEnd(target);
  }

  private async passEnd(target: Socket<unknown>) {
    this.done = true;
    await this.travel(performance.now());
    target.shutdown();
    this.tell.done();
  }

  /** Resolves when what arrived then may be passed on: a change of the limits on the way holds for it too. */
  private async travel(arrived: number) {
    while (true) {
      const left = arrived + this.limits.latencyMs - performance.now();
      if (!this.limits.held && left <= 0) return;
      const { promise } = this.changed;
      await (this.limits.held ? promise : Promise.race([promise, Bun.sleep(left)]));
    }
  }

  private async write(target: Socket<unknown>, piece: Buffer) {
    for (let rest = piece; rest.length > 0;) {
      this.writable = Promise.withResolvers();
      const written = target.write(rest);
      if (written < 0) return;
      rest = rest.subarray(written);
      if (rest.length > 0) await this.writable.promise;
    }
  }

  private take(size: number) {
    const [next] = this.waiting;
    if (!next) return;
    next.bytes = next.bytes.subarray(size);
    if (next.bytes.length === 0) this.waiting.shift();
    this.waitingBytes -= size;
    if (this.waitingBytes <= FULL_BYTES) this.source?.resume();
  }

  private pieceSize(): number {
    return Math.max(1, Math.ceil(this.limits.bytesPerSecond / PIECES_PER_SECOND));
  }
}
