/** A problem document (RFC 9457). `field` names the input at fault; `errors` lists them when there are several. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  field?: string;
  errors?: { field: string; message: string }[];
}

/** Builds a problem document; `title` is a short fixed sentence, `detail` says what to do about this one. */
export function problem(
  status: number,
  title: string,
  rest: Omit<Partial<Problem>, "status" | "title"> = {},
): Problem {
  return { type: "about:blank", title, status, ...rest };
}

/** The problem as a response of its own status and media type. */
export function problemResponse(body: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}
