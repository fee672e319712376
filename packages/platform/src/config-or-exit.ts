import { ConfigError } from "./config.ts";

/**
 * What `read` makes of the environment. Its faults are printed as they stand, without a stack, for they are for the person who
 * set it, and end the process with code 1. Only a `main.ts` calls this.
 */
export function configOrExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
