/** A port of 127.0.0.1 that was free a moment ago: whoever takes it must be ready to be told that it is not any more. */
export function freePort(): number {
  using probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return probe.port;
}

/** Whether nothing listens on a port, at any address of this machine. */
export function isPortFree(port: number): boolean {
  try {
    using _probe = Bun.listen({ hostname: "0.0.0.0", port, socket: { data() {} } });
    return true;
  } catch {
    return false;
  }
}
