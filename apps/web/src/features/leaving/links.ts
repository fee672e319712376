import { timingSafeEqual } from "node:crypto";
import { idBytes, idOfBytes } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";
import { selectLinkSecret } from "./link-queries.ts";

/** The path under which whoever got an email may leave; the token follows. */
export const LEAVE_PATH = "/u";

/** What stands in the place of a token where there is no email: in a preview or a test. */
export const EXAMPLE_TOKEN = "example";

/** The same as a link: in a preview it leads to our own page. */
export const EXAMPLE_LINK = `${LEAVE_PATH}/${EXAMPLE_TOKEN}`;

/** Makes and reads the links that stand in emails. */
export interface Links {
  /**
   * A maker of links to the page where the recipient of an email, by its id, can leave. Nobody can guess one: it is the
   * email's id and a MAC of 128 bits that is good for leaving and for nothing else, 43 characters together.
   */
  toLeave(): Promise<(email: string) => string>;
  /** The id of the email that a token to leave was made for; undefined for what is none of ours. */
  emailToLeave(token: string): Promise<string | undefined>;
}

export function createLinks(db: Queryable, webUrl: string): Links {
  let secret: Promise<string> | undefined;
  /** Read once; a read that failed is tried again by whoever asks next. */
  async function key(): Promise<Buffer> {
    secret ??= selectLinkSecret(db).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
    return Buffer.from(await secret, "hex");
  }
  return {
    async toLeave() {
      const known = await key();
      return (email) => `${webUrl}${LEAVE_PATH}/${tokenOf(known, idBytes(email))}`;
    },
    async emailToLeave(token) {
      const bytes = Buffer.from(token, "base64url");
      // The second half of the test: base64url has several spellings for the same bytes, and a token has one.
      if (bytes.length !== 2 * PART || bytes.toString("base64url") !== token) return undefined;
      const email = bytes.subarray(0, PART);
      const isOurs = timingSafeEqual(macOf(await key(), email), bytes.subarray(PART));
      return isOurs ? idOfBytes(email) : undefined;
    },
  };
}

/** Bytes of an id, and of the MAC that follows it. */
const PART = 16;

function tokenOf(key: Buffer, email: Buffer): string {
  return Buffer.concat([email, macOf(key, email)]).toString("base64url");
}

/** The purpose comes first, so that a link of another kind is never good for leaving. */
function macOf(key: Buffer, email: Buffer): Buffer {
  const mac = new Bun.CryptoHasher("sha256", key).update("mailwright unsubscribe\0").update(email);
  return mac.digest().subarray(0, PART);
}
