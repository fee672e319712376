import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockDataDir } from "./lock.ts";
import { StartError } from "./start-error.ts";

/** A data directory that is ours alone until it is disposed. */
export interface DataDir extends Disposable {
  dataDir: string;
  /** Holds `<name>.pid` for each part that runs, and for the launcher. */
  runDir: string;
}

/** Makes a data directory if there is none and takes it for this process. Throws `StartError`. */
export function openDataDir(path: string): DataDir {
  try {
    return open(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The data directory ${path} cannot be used: ${(error as Error).message}. Set DATA_DIR to a folder of yours.`,
    );
  }
}

function open(path: string): DataDir {
  const { dataDir, runDir } = makeFolders(path);
  using taking = new DisposableStack();
  const lock = taking.use(lockDataDir(dataDir));
  const pidFile = join(runDir, "launcher.pid");
  writeFileSync(pidFile, `${process.pid}\n`);
  taking.move();
  return {
    dataDir,
    runDir,
    [Symbol.dispose]() {
      rmSync(pidFile, { force: true });
      lock[Symbol.dispose]();
    },
  };
}

function makeFolders(path: string) {
  // When we are root, Postgres runs as somebody else, who has to pass through; each secret has a lock of its own.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  mkdirSync(path, { recursive: true, mode });
  const dataDir = realpathSync(path);
  const runDir = join(dataDir, "run");
  mkdirSync(runDir, { recursive: true });
  return { dataDir, runDir };
}
