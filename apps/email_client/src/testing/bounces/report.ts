/** A report of several parts (RFC 6522), with what every server writes around them. */
export interface ReportShape {
  header: string[];
  type: "delivery-status" | "feedback-report" | "disposition-notification";
  text: string;
  /** The machine-readable part, line by line, and the type that it is sent as where that is not the usual one. */
  fields: string[];
  fieldsType?: string;
  /** What is sent back. */
  returned?: { type: string; lines: string[] };
}

export function report({ header, type, text, fields, fieldsType, returned }: ReportShape): string {
  const machine =
    fieldsType ??
    (type === "delivery-status"
      ? "message/delivery-status"
      : type === "feedback-report"
        ? "message/feedback-report"
        : "message/disposition-notification");
  return message(
    [
      ...header,
      "MIME-Version: 1.0",
      `Content-Type: multipart/report; report-type=${type};`,
      '\tboundary="=_part"',
    ],
    [
      "This is a message in several parts.",
      "",
      ...part("text/plain; charset=utf-8", [text]),
      ...part(machine, fields),
      ...(returned === undefined ? [] : part(returned.type, returned.lines)),
      "--=_part--",
    ],
  );
}

function part(contentType: string, lines: string[]): string[] {
  return ["--=_part", `Content-Type: ${contentType}`, "", ...lines, ""];
}

/** A message of lines as they go over the wire. */
export function message(header: string[], body: string[]): string {
  return [...header, "", ...body, ""].join("\r\n");
}
