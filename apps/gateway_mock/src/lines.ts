const CHUNK_BYTES = 1024 * 1024;

/**
 * Texts by index, each of at most a third of a chunk. They are kept as UTF-8 in large buffers, where a million of them
 * cost what they hold and the garbage collector does not walk them.
 */
export class Lines {
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private chunks: Uint8Array[] = [];
  private used = CHUNK_BYTES;
  /** Where each text begins, counted over all chunks, and how many bytes it has. */
  private starts: number[] = [];
  private sizes: number[] = [];

  get length(): number {
    return this.starts.length;
  }

  append(text: string): void {
    const last = this.chunks.at(-1);
    // UTF-8 has at most three bytes for each unit of a string.
    const chunk = last && this.used + text.length * 3 <= CHUNK_BYTES ? last : this.nextChunk();
    const { written } = this.encoder.encodeInto(text, chunk.subarray(this.used));
    this.starts.push((this.chunks.length - 1) * CHUNK_BYTES + this.used);
    this.sizes.push(written);
    this.used += written;
  }

  at(index: number): string {
    const start = this.starts[index] ?? 0;
    const begin = start % CHUNK_BYTES;
    const chunk = this.chunks[Math.floor(start / CHUNK_BYTES)];
    return this.decoder.decode(chunk?.subarray(begin, begin + (this.sizes[index] ?? 0)));
  }

  clear(): void {
    this.chunks = [];
    this.used = CHUNK_BYTES;
    this.starts = [];
    this.sizes = [];
  }

  private nextChunk(): Uint8Array {
    const chunk = new Uint8Array(CHUNK_BYTES);
    this.chunks.push(chunk);
    this.used = 0;
    return chunk;
  }
}
