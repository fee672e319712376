import { StartError } from "./start-error.ts";

/** A port of 127.0.0.1 that was free a moment ago: whoever takes it must be ready to be told that it is not any more. */
export function freePort(): number {
  using probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return probe.port;
}

/** Throws `StartError` with a sentence for each app whose port somebody else has, or another of the apps. */
export function checkPorts(apps: { name: string; port: number; portVariable: string }[]): void {
  const faults = apps
    .filter(({ port }, index) => {
      return !isFree(port) || apps.findIndex((other) => other.port === port) < index;
    })
    .map(
      ({ name, port, portVariable }) =>
        `Port ${port}, which ${name} is to use, is taken by another program. ` +
        `Stop that one, or set ${portVariable} to another port.`,
    );
  if (faults.length > 0) throw new StartError(faults.join("\n"));
}

function isFree(port: number): boolean {
  try {
    using _probe = Bun.listen({ hostname: "0.0.0.0", port, socket: { data() {} } });
    return true;
  } catch {
    return false;
  }
}
