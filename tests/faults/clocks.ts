import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The clocks of programs, each of which can be set wrong while its program runs; see shifted-clock.ts. */
export interface Clocks extends Disposable {
  /** The environment by which a program gets a clock of its own, right at first. */
  envOf(program: string): Record<string, string>;
  /** From now on the program's clock is wrong by so much; 0 sets it right. It stays so when the program is restarted. */
  shift(program: string, ms: number): void;
}

export function createClocks(): Clocks {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-clocks-"));
  const fileOf = (program: string) => join(folder, program);
  function shift(program: string, ms: number): void {
    // Renamed, so that nobody ever reads half of it.
    writeFileSync(`${fileOf(program)}.new`, String(ms));
    renameSync(`${fileOf(program)}.new`, fileOf(program));
  }
  return {
    envOf(program) {
      shift(program, 0);
      return {
        BUN_OPTIONS: `--preload=${join(import.meta.dir, "shifted-clock.ts")}`,
        CLOCK_SHIFT_FILE: fileOf(program),
      };
    },
    shift,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
