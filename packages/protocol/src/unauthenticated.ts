/**
 * The enhanced status codes by which a server says that the sender's authentication fails, and nothing of the recipient:
 *
 * - 5.7.20 to 5.7.22 (DKIM), 5.7.23 and 5.7.24 (SPF), 5.7.25 (reverse DNS), 5.7.26 (several): RFC 7372
 * - 5.7.27 (null MX, RFC 7505), 5.7.29 (ARC, RFC 8617), 5.7.30 (REQUIRETLS, RFC 8689), which Gmail uses for SPF, TLS and DKIM;
 *   and its 5.7.31, 5.7.32 and 5.7.40 for DMARC: https://support.google.com/a/answer/3726730
 * - 5.7.509 and 5.7.515 (DMARC, and all of it) of Outlook:
 *   https://support.microsoft.com/topic/34cfe8f8-6fbf-457e-9e8b-9e4dbaf4e0ef
 *
 * 5.7.28 is not among them: it tells of too much mail.
 */
export const UNAUTHENTICATED: readonly string[] = [
  20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 40, 509, 515,
].map((detail) => `5.7.${detail}`);

const KNOWN = new Set(UNAUTHENTICATED);

/** Whether a server refused the sender's authentication by this status. */
export function isUnauthenticated(status: string | undefined): boolean {
  return status !== undefined && KNOWN.has(status);
}
