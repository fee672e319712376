/** Requests by route, then by a label that says what is requested. */
export type Asked = Record<string, Record<string, string>>;

/** One address with several queries. */
export function asking(
  path: string,
  queries: Record<string, Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(queries).map(([what, query]) => [
      what,
      Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`,
    ]),
  );
}
