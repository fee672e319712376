import { chmodSync, existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "./start-error.ts";

/** What one installation keeps to itself. It is made once; without it the data cannot be opened again. */
export interface Secrets {
  databasePassword: string;
  redisPassword: string;
  /** In the form of the environment variable: `id:base64`. */
  serviceKeys: string;
  /** In the form of the environment variable: `id:base64`. */
  credentialsKeys: string;
  /** What the stand-in gateway signs with when it tells what became of emails. */
  webhookSecret: string;
}

const MAKERS: { [Name in keyof Secrets]: () => string } = {
  databasePassword: randomPassword,
  redisPassword: randomPassword,
  serviceKeys: randomKey,
  credentialsKeys: randomKey,
  webhookSecret: randomPassword,
};

/**
 * Reads `secrets.json` of a data directory, and makes what it lacks. A file that cannot be read as one is never replaced:
 * it may be the only copy of the key to every gateway password. Nor is one made anew that is missing beside data. Throws
 * `StartError`.
 */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  const kept = existsSync(file) ? readSecrets(file) : noneYet(dataDir, file);
  const made = Object.entries(MAKERS).filter(([name]) => !(name in kept));
  const secrets = {
    ...kept,
    ...Object.fromEntries(made.map(([name, make]) => [name, make()])),
  } as unknown as Secrets;
  if (made.length > 0) writeWhole(file, `${JSON.stringify(secrets, undefined, 2)}\n`);
  chmodSync(file, 0o600);
  return secrets;
}

/** New secrets beside old data would open none of them, and look like the ones that do. */
function noneYet(dataDir: string, file: string): Record<string, string> {
  const data = ["postgres", "redis"].find((name) =>
    lstatSync(join(dataDir, name), { throwIfNoEntry: false }),
  );
  if (data === undefined) return {};
  throw new StartError(
    `${file} is missing, and there are data in ${join(dataDir, data)} that need it. Bring back a copy of it, ` +
      "or move everything out of DATA_DIR to begin with an empty installation.",
  );
}

function readSecrets(file: string): Record<string, string> {
  const value = parse(readFileSync(file, "utf8"));
  if (isRecord(value)) return value;
  throw new StartError(
    `${file} is damaged: it must be a JSON object of texts. Bring back a copy of it: ` +
      "the database and the stored gateway passwords can be opened with nothing else.",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string" && each !== "")
  );
}

/** Under another name first, so that a power cut leaves the old file or the new one and never half of one. */
function writeWhole(file: string, text: string) {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

function randomKey(): string {
  return `${randomBytes(4).toString("hex")}:${randomBytes(32).toString("base64")}`;
}

function randomBytes(size: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(size)));
}
