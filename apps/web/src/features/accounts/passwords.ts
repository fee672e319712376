import { takingTurns } from "../../turns.ts";

/**
 * OWASP's least for argon2id: 19 MiB, two passes. 30 ms on one core of the machine this was measured on; Bun's own
 * default of 64 MiB takes 114 ms there, and a burst of sign-ins as much memory each.
 */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** No longer password is hashed. */
export const PASSWORD_LIMIT = 200;

/** Hashes under way at once; the others wait their turn, so that sign-ins can exhaust neither memory nor cores. */
const AT_ONCE = 4;

/** Without the letters and digits that are taken for each other. */
const UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_SIZE = 4;

const inTurn = takingTurns(AT_ONCE);

/** The hash to keep of a password, with its salt and costs in it. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => Bun.password.hash(password, ARGON2ID));
}

export function isPassword(password: string, hash: string): Promise<boolean> {
  return inTurn(() => Bun.password.verify(password, hash));
}

/** A password to be read out and typed once: 79 bits, in groups. */
export function temporaryPassword(): string {
  const letters = Array.from({ length: GROUPS * GROUP_SIZE }, randomLetter).join("");
  return letters.match(/.{4}/g)?.join("-") ?? letters;
}

/** Draws again what would make the first letters of the alphabet more likely than the last. */
function randomLetter(): string {
  const fair = 256 - (256 % UNAMBIGUOUS.length);
  for (;;) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) return UNAMBIGUOUS.charAt(byte % UNAMBIGUOUS.length);
  }
}
