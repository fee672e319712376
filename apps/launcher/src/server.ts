import { freePort } from "./ports.ts";
import { killWithChildren } from "./process-table.ts";
import type { Exit, Program, StopStep } from "./program.ts";
import { StartError } from "./start-error.ts";

/**
 * A database server that runs as our child. It can be killed and started again on the same data and port, so its `url`
 * holds for as long as the handle does. Disposing stops it cleanly.
 */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The process that runs now; another one after `start()`. */
  readonly pid: number;
  /** Where its data lie. */
  readonly directory: string;
  /** How the process that runs now ended, once it has. */
  readonly exited: Promise<Exit>;
  /** Ends it and its children with SIGKILL, as a crash would, and resolves when they are gone. */
  kill(): Promise<void>;
  /** Starts it again after it has ended. Throws `StartError` when it does not come up. */
  start(): Promise<void>;
}

/** What a kind of server has to say about itself to be run as one. */
export interface Recipe {
  name: string;
  directory: string;
  /** A free one if undefined. */
  port: number | undefined;
  url(port: number): string;
  /** Starts the program; waits first, if it must, until the directory is free. */
  run(port: number): Promise<Program>;
  /** Resolves when the program serves, or with the sentence that says why it does not. */
  whyNotReady(program: Program, port: number): Promise<string | undefined>;
  stop: readonly StopStep[];
}

/** Between finding a free port and listening on it, somebody else may take it. */
const PORT_ATTEMPTS = 5;

/** Runs a server and resolves when it serves. Throws `StartError`. */
export async function startServer(recipe: Recipe): Promise<Server> {
  let port = recipe.port ?? freePort();
  let program = await startOn(port, recipe.port === undefined ? PORT_ATTEMPTS : 1);

  async function startOn(wanted: number, attempts: number): Promise<Program> {
    port = wanted;
    const starting = await recipe.run(port);
    const fault = await whyNotReady(recipe, starting, port);
    if (fault === undefined) return starting;
    await starting.stop(recipe.stop);
    if (!starting.lastLines().includes("Address already in use")) throw new StartError(fault);
    if (attempts > 1) return await startOn(freePort(), attempts - 1);
    throw new StartError(`Port ${port}, which ${recipe.name} is to use, is taken already.`);
  }

  return {
    directory: recipe.directory,
    get url() {
      return recipe.url(port);
    },
    get port() {
      return port;
    },
    get pid() {
      return program.pid;
    },
    get exited() {
      return program.exited;
    },
    async kill() {
      if (!program.hasEnded) await killWithChildren(program.pid);
      await program.exited;
    },
    async start() {
      program = await startOn(port, 1);
    },
    async [Symbol.asyncDispose]() {
      await program.stop(recipe.stop);
    },
  };
}

async function whyNotReady(recipe: Recipe, program: Program, port: number) {
  try {
    return await recipe.whyNotReady(program, port);
  } catch (error) {
    await program.stop(recipe.stop);
    throw error;
  }
}
