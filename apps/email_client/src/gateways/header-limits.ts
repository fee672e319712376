import type { EmailHeader } from "@mailwright/protocol";

/** What becomes of a header that a provider does not pass on as we set it. */
export interface HeaderLimit {
  /**
   * `withheld`: it is not handed over, as it would be refused or stand there twice. `changed`: the adapter sees to it that the
   * email carries another value. `doubtful`: it is handed over, and the provider may put its own in its place.
   */
  kind: "withheld" | "changed" | "doubtful";
  /** What the email carries instead, and why, for whoever chooses a provider. */
  instead: string;
}

/** Those that are not named here arrive as they are. */
export type HeaderLimits = Readonly<Partial<Record<EmailHeader, HeaderLimit>>>;

/** The headers that are handed over as they are, in whatever case they are written. */
export function handedOver(
  headers: Readonly<Record<string, string>>,
  limits: HeaderLimits,
): Record<string, string> {
  const others = new Set(
    Object.entries(limits).flatMap(([name, { kind }]) =>
      kind === "doubtful" ? [] : [name.toLowerCase()],
    ),
  );
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !others.has(name.toLowerCase())),
  );
}
