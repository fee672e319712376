/** The environment, or what stands in for it in a test. */
export type ConfigSource = Record<string, string | undefined>;

/** Says every fault of the environment at once, so that nobody mends them one restart at a time. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : "faults"}:\n  ${faults.join("\n  ")}`,
    );
  }
}

/** What `readConfig` hands to its callback: one method a kind of variable; a missing default makes it required. */
export interface Reader {
  text(name: string, fallback?: string): string;
  optional(name: string): string | undefined;
  integer(name: string, fallback: number, bounds?: { min?: number; max?: number }): number;
  /** An absolute URL with one of the given schemes (without the colon); the answer has no trailing slash. */
  url(name: string, schemes: string[], fallback?: string): string;
  /**
   * The http or https URL of a service, as every URL that begins with it is spelled: scheme and host in lower case and in ASCII,
   * without a trailing slash. It may have a path, and nothing else: no user, no query and no fragment.
   */
  serviceUrl(name: string, fallback?: string): string;
  /** One or more URLs of one of the schemes, separated by commas. */
  urls(name: string, schemes: string[]): string[];
  choice<const T extends string>(name: string, choices: readonly T[], fallback: NoInfer<T>): T;
  /**
   * Named keys, newest first: `id:base64,id:base64`. Each holds at least 32 bytes. The first signs or encrypts, the
   * others only verify or decrypt, which is what lets a key be rotated without a stop.
   */
  keys(name: string): NamedKey[];
  /** Adds a fault that the reader cannot know of by itself; the message names the variable, and no secret. */
  fault(message: string): void;
}

export interface NamedKey {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the environment once. `read` builds the config from the reader; a fault makes the reader give a placeholder and
 * go on, and all faults are thrown together as one `ConfigError`.
 */
export function readConfig<T>(source: ConfigSource, read: (reader: Reader) => T): T {
  const faults: string[] = [];
  const config = read(createReader(source, faults));
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function createReader(source: ConfigSource, faults: string[]): Reader {
  const given = (name: string) => source[name]?.trim() || undefined;
  const required = (name: string, what: string) => {
    faults.push(`${name} is not set: it must be ${what}`);
    return "";
  };
  // The value may hold a password, so it is not repeated.
  const notUrl = (what: string, schemes: string[]) => {
    const beginnings = schemes.map((scheme) => `${scheme}://`).join(" or ");
    faults.push(`${what} is not a URL that begins with ${beginnings}`);
  };
  return {
    fault: (message) => void faults.push(message),
    optional: given,
    text: (name, fallback) => given(name) ?? fallback ?? required(name, "a text"),
    integer(name, fallback, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
      const value = given(name);
      if (value === undefined) return fallback;
      const number = Number(value);
      if (/^-?\d+$/.test(value) && number >= min && number <= max) return number;
      faults.push(
        `${name} is ${JSON.stringify(value)}: it must be a whole number from ${min} to ${max}`,
      );
      return fallback;
    },
    url(name, schemes, fallback) {
      const value = given(name) ?? fallback;
      if (value === undefined) return required(name, `a URL (${schemes.join(", ")})`);
      if (!isUrl(value, schemes)) notUrl(name, schemes);
      return withoutSlash(value);
    },
    serviceUrl(name, fallback) {
      const value = given(name) ?? fallback;
      if (value === undefined) return required(name, `a URL (${HTTP.join(", ")})`);
      if (!isUrl(value, HTTP)) {
        notUrl(name, HTTP);
        return value;
      }
      const { href, hostname, username, password } = new URL(value);
      if (!PLAIN_HOST.test(hostname)) faults.push(`${name} has a host that is none`);
      if (username !== "" || password !== "" || /[?#]/.test(href)) {
        faults.push(
          `${name} may have a path behind its host, but no user name, password, query or fragment`,
        );
      }
      if (href.length > LONGEST_SERVICE_URL)
        faults.push(`${name} is longer than ${LONGEST_SERVICE_URL} characters`);
      return withoutSlash(href);
    },
    urls(name, schemes) {
      const value = given(name) ?? required(name, `a URL (${schemes.join(", ")}), or several`);
      const urls = value.split(",").map((url) => url.trim());
      for (const [index, url] of urls.entries()) {
        const what = urls.length === 1 ? name : `${name}, number ${index + 1},`;
        if (value !== "" && !isUrl(url, schemes)) notUrl(what, schemes);
      }
      return urls.map(withoutSlash);
    },
    choice(name, choices, fallback) {
      const value = given(name);
      if (value === undefined) return fallback;
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      faults.push(`${name} is ${JSON.stringify(value)}: it must be one of ${choices.join(", ")}`);
      return fallback;
    },
    keys(name) {
      const value = given(name);
      if (value === undefined) {
        required(name, "id:base64[,id:base64], each of at least 32 bytes");
        return [];
      }
      const keys = value.split(",").map(readKey);
      for (const [index, key] of keys.entries()) {
        const before = keys.findIndex((each) => each !== undefined && each.id === key?.id);
        const place = `${name}, key ${index + 1}:`;
        if (key === undefined) faults.push(`${place} it must be id:base64 of at least 32 bytes`);
        // What the one signed or sealed would be held against the other, and found to be forged.
        else if (before < index)
          faults.push(`${place} it has the id of key ${before + 1}, and each needs one of its own`);
      }
      return keys.filter((key) => key !== undefined);
    },
  };
}

const HTTP = ["http", "https"];

/** A URL may have quotation marks and braces in its host. No name has, and a header or a page could end at one. */
const PLAIN_HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

/** So much that a link to unsubscribe, which is 46 characters longer, is no longer than the protocol takes one (1,000). */
const LONGEST_SERVICE_URL = 900;

function readKey(entry: string): NamedKey | undefined {
  const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/=_-]+)$/.exec(entry.trim()) ?? [];
  const bytes = new Uint8Array(Buffer.from(encoded ?? "", "base64"));
  return id !== undefined && bytes.length >= 32 ? { id, bytes } : undefined;
}

function isUrl(value: string, schemes: string[]): boolean {
  return URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
