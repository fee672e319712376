/** What somebody asked for who may leave. */
export type Wish =
  | { kind: "one-click" }
  | { kind: "all" }
  | { kind: "segments"; segments: string[] }
  | { kind: "back" }
  /** Nothing that could be understood. */
  | { kind: "none" };

/** Reads a form of the page, or what a mailbox posts for its reader (RFC 8058, 3.2). */
export function readWish(form: URLSearchParams): Wish {
  if (form.get("List-Unsubscribe")?.toLowerCase() === "one-click") return { kind: "one-click" };
  switch (form.get("leave")) {
    case "all":
      return { kind: "all" };
    case "segments": {
      const segments = form.getAll("segment_id");
      return segments.length === 0 ? { kind: "none" } : { kind: "segments", segments };
    }
    case "nothing":
      return { kind: "back" };
    default:
      return { kind: "none" };
  }
}
