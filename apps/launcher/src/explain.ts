import { statfsSync } from "node:fs";
import { ConfigError } from "@mailwright/platform";
import { StartError } from "./start-error.ts";

/**
 * What a person at the terminal is told of a start that failed: whole sentences without a stack, or undefined for a bug of
 * ours. `dataDir` is undefined where the settings could not be read.
 */
export function explain(
  error: unknown,
  dataDir: string | undefined,
  megabytesFree: (folder: string) => number | undefined = freeOnDisk,
): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const sentence = error instanceof StartError ? error.message : wordsOfFile(error);
  if (sentence === undefined) return undefined;
  const free = dataDir === undefined ? undefined : megabytesFree(dataDir);
  // Postgres says of a full disk no more than that its checkpoint failed.
  if (free === undefined || free >= LITTLE_SPACE_MB) return sentence;
  return `${sentence}\nThe disk of ${dataDir} has ${free} MB left: make room first.`;
}

/** A new database takes 40 MB, and a segment of its log 16. */
const LITTLE_SPACE_MB = 64;

const WHAT_TO_DO: Record<string, string> = {
  EACCES: "Everything in DATA_DIR has to belong to the user who starts it, unless that is root.",
  EPERM: "Everything in DATA_DIR has to belong to the user who starts it, unless that is root.",
  EROFS: "DATA_DIR has to be a folder that can be written to.",
  ENOSPC: "Make room on that disk.",
  EDQUOT: "Make room on that disk, or have more of it.",
};

/** A file that belongs to somebody else, or a disk that takes nothing, is for the person to mend, whichever file it is. */
function wordsOfFile(error: unknown): string | undefined {
  const { code, path, message } = error as { code?: string; path?: string; message?: string };
  const whatToDo = WHAT_TO_DO[code ?? ""];
  return path === undefined || whatToDo === undefined ? undefined : `${message}. ${whatToDo}`;
}

function freeOnDisk(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.floor((bavail * bsize) / 1_000_000);
  } catch {
    // There is no such folder yet, and what is in its way is the sentence before.
    return undefined;
  }
}
