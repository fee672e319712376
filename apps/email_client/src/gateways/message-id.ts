/**
 * The Message-ID (RFC 5322 3.6.4) of a message by its key, which is the same on every attempt, so that a duplicate can be
 * recognised; `from` is the sender's address.
 */
export function messageIdOf(key: string, from: string): string {
  return `<${key}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}
