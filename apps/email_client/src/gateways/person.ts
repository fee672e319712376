/** Somebody, as a message names them. */
export interface Person {
  name: string;
  email: string;
}

/**
 * A name and an address as one text (RFC 5322 3.4), for services that take no other form. The name is always quoted, so
 * nothing in it can end the address or begin another.
 */
export function nameAddress({ name, email }: Person): string {
  return name === "" ? email : `"${name.replace(/["\\]/g, "\\$&")}" <${email}>`;
}

/** The same as an object, for services that take that; without a name where there is none. */
export function nameAndEmail({ name, email }: Person): { email: string; name?: string } {
  return name === "" ? { email } : { email, name };
}
