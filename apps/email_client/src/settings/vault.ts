import type { NamedKey } from "@mailwright/platform";

/**
 * Secrets at rest: AES-256-GCM under a data key of the gateway's own, which is wrapped (AES-256-GCM too) by a key from
 * `CREDENTIALS_KEYS`. Whoever has Redis has nothing; rotating a key re-wraps data keys and touches no secret. Every
 * ciphertext is bound to its gateway and field, so none can be moved to another place.
 */
export interface Sealed {
  v: 1;
  /** Which of CREDENTIALS_KEYS wraps the data key. */
  key: string;
  /** The wrapped data key; like the fields, nonce then ciphertext, base64. */
  wrapped: string;
  fields: Record<string, string>;
}

export interface Vault {
  /** Seals `secrets` under a new data key. */
  seal(gateway: string, secrets: Record<string, string>): Promise<Sealed>;
  /** Undefined when no key that is configured opens it, or it was tampered with. */
  open(gateway: string, sealed: Sealed): Promise<Record<string, string> | undefined>;
  /** The same secrets, the data key wrapped by the newest key; undefined when it cannot be opened. */
  rewrap(gateway: string, sealed: Sealed): Promise<Sealed | undefined>;
}

const NONCE_BYTES = 12;
const encoder = new TextEncoder();
// Without this it would swallow a byte order mark that the secret begins with.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function createVault(keys: readonly NamedKey[]): Vault {
  const newest = keys[0];
  if (newest === undefined) throw new Error("the vault needs at least one key");

  async function unwrap(
    gateway: string,
    { key, wrapped }: Sealed,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const wrapping = keys.find(({ id }) => id === key);
    return wrapping && decrypt(await importKey(wrapping.bytes), wrapped, `${gateway}/data-key`);
  }
  async function wrap(
    gateway: string,
    dataKey: Uint8Array<ArrayBuffer>,
  ): Promise<Pick<Sealed, "key" | "wrapped">> {
    const { id, bytes } = newest as NamedKey;
    return {
      key: id,
      wrapped: await encrypt(await importKey(bytes), dataKey, `${gateway}/data-key`),
    };
  }

  return {
    async seal(gateway, secrets) {
      const dataKey = crypto.getRandomValues(new Uint8Array(32));
      const cryptoKey = await importKey(dataKey);
      const fields: Record<string, string> = {};
      for (const [name, value] of Object.entries(secrets)) {
        fields[name] = await encrypt(cryptoKey, encoder.encode(value), `${gateway}/${name}`);
      }
      return { v: 1, ...(await wrap(gateway, dataKey)), fields };
    },
    async open(gateway, sealed) {
      const dataKey = await unwrap(gateway, sealed);
      if (dataKey === undefined) return undefined;
      const cryptoKey = await importKey(dataKey);
      const secrets: Record<string, string> = {};
      for (const [name, ciphertext] of Object.entries(sealed.fields)) {
        const value = await decrypt(cryptoKey, ciphertext, `${gateway}/${name}`);
        if (value === undefined) return undefined;
        secrets[name] = decoder.decode(value);
      }
      return secrets;
    },
    async rewrap(gateway, sealed) {
      const dataKey = await unwrap(gateway, sealed);
      return dataKey && { ...sealed, ...(await wrap(gateway, dataKey)) };
    },
  };
}

/** AES-256 takes 32 bytes; a longer key counts by its SHA-256. */
async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const raw =
    bytes.length === 32 ? bytes : new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function encrypt(
  key: CryptoKey,
  plain: Uint8Array<ArrayBuffer>,
  boundTo: string,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = encoder.encode(boundTo);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64");
}

async function decrypt(
  key: CryptoKey,
  text: string,
  boundTo: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  const iv = bytes.subarray(0, NONCE_BYTES);
  const additionalData = encoder.encode(boundTo);
  try {
    const sealed = bytes.subarray(NONCE_BYTES);
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed),
    );
  } catch {
    return undefined;
  }
}
