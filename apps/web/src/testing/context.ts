import { createMetrics, silentLog } from "@mailwright/platform";
import { testDatabase } from "@mailwright/testing";
import type { Config } from "../config.ts";
import { type Context, createContext, type Parts } from "../context.ts";

/** A key to sign and seal with; the same in every test, so that a stand-in for the email client knows it too. */
export const TEST_KEY = { id: "k1", bytes: new Uint8Array(32).fill(7) };

/**
 * The context of a web of a test's own, on a fresh database. Unless `parts` or `config` say where one is, there is no
 * email client: calls to it are refused at once.
 */
export async function testContext({
  config,
  ...parts
}: Parts & { config?: Partial<Config> } = {}): Promise<Context> {
  const database = await testDatabase();
  const context = createContext(
    {
      databaseUrl: database.url,
      webUrl: "http://localhost",
      emailClientUrl: "http://127.0.0.1:1",
      port: 0,
      serviceKeys: [TEST_KEY],
      firstOwner: undefined,
      logLevel: "silent",
      ...config,
    },
    { log: silentLog, metrics: createMetrics("web"), ...parts },
  );
  return {
    ...context,
    async [Symbol.asyncDispose]() {
      await context[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
