import pino from "pino";

export type Log = pino.Logger;

/**
 * One structured log a process, JSON lines on stdout. Whatever is called like a secret or like content is replaced
 * before it is written, at any of the first three levels of an object.
 */
export function createLog(service: string, level = "info"): Log {
  return pino({
    level,
    base: { service },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths(), censor: "[redacted]" },
  });
}

export const silentLog: Log = pino({ level: "silent" });

const REDACTED = [
  "password",
  "secret",
  "secrets",
  "token",
  "authorization",
  "cookie",
  "body",
  "html",
  "text",
  "subject",
  "email",
  "variables",
  "recipients",
];

function redactedPaths(): string[] {
  return REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
}
