/**
 * By which a mailbox offers to unsubscribe: RFC 2369, and RFC 8058 for doing it with one click, which asks for https.
 */
export function unsubscribeHeaders(url: string | undefined): Record<string, string> {
  if (url === undefined) return {};
  return {
    "List-Unsubscribe": `<${url}>`,
    ...(url.startsWith("https:") && { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
  };
}
