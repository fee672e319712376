import { parseAddress } from "../contacts/address.ts";
import { PASSWORD_LIMIT } from "./passwords.ts";

/** What better-auth takes for an address: narrower than ours, which has room for every alphabet. */
const SIGN_IN_ADDRESS = /^[a-z0-9_'+\-.]*[a-z0-9_+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

/** Long enough that a throttled guesser gets nowhere (NIST SP 800-63B asks for 8); no rules about kinds of characters. */
export const PASSWORD_LEAST = 10;
export const PASSWORD_WORDS = `Use ${PASSWORD_LEAST} to ${PASSWORD_LIMIT} characters.`;

/** The canonical form of an address that a person can sign in with. */
export function signInAddress(typed: string): string | undefined {
  const parsed = parseAddress(typed);
  return parsed.ok && SIGN_IN_ADDRESS.test(parsed.canonical) ? parsed.canonical : undefined;
}

/** Why nobody can sign in with an address, for who typed it. */
export function addressFault(typed: string): string {
  const parsed = parseAddress(typed);
  return parsed.ok ? "Use an address of plain letters and digits." : parsed.message;
}

export function isNewPassword({ length }: string): boolean {
  return length >= PASSWORD_LEAST && length <= PASSWORD_LIMIT;
}
