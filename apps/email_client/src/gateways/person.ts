/** Somebody, as a message names them. */
export interface Person {
  name: string;
  email: string;
}

/**
 * A name and an address as one text (RFC 5322 3.4), for services that take no other form. The name is always quoted, so
 * nothing in it can end the address or begin another; nor, as it stands on one line, start a header.
 */
export function nameAddress({ name, email }: Person): string {
  // oxlint-disable-next-line no-control-regex
  const line = name.replace(/[\u0000-\u001f\u007f]+/g, " ");
  return name === "" ? email : `"${line.replace(/["\\]/g, "\\$&")}" <${email}>`;
}

/** The same as an object, for services that take that; without a name where there is none. */
export function nameAndEmail({ name, email }: Person): { email: string; name?: string } {
  return name === "" ? { email } : { email, name };
}
