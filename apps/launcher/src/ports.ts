import { StartError } from "./start-error.ts";

/**
 * Below the ports that Linux gives to connections and to listeners that name none (32,768 to 60,999, unless somebody has
 * changed it): one of those could be given away while its server is being started, or is down for a moment.
 */
const LOWEST = 20_000;
const PORTS = 12_000;
/** Every process begins somewhere else, so that two that look at once do not find the same. */
const STRIDE = 4_649;

let looked = 0;

/** A port that is free, and another one at each call; only who asks for it by its number can take it from us. */
export function freePort(): number {
  for (let tries = 0; tries < PORTS; tries++) {
    const port = LOWEST + ((process.pid * STRIDE + looked++) % PORTS);
    if (isFree(port)) return port;
  }
  throw new Error(`no port from ${LOWEST} to ${LOWEST + PORTS - 1} is free`);
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
