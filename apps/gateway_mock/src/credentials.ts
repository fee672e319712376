export interface Credentials {
  username: string;
  password: string;
}

/** The user name and password of an `Authorization: Basic` header (RFC 7617, UTF-8), or undefined if it is none. */
export function basicCredentials(header: string | null): Credentials | undefined {
  if (header === null || !/^basic /i.test(header)) return undefined;
  const decoded = Buffer.from(header.slice(6).trim(), "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
