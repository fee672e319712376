import { type Clock, createMetrics, type Log, silentLog, systemClock } from "@mailwright/platform";
import { buildApp } from "./app.ts";
import { type Config, readGatewayMockConfig } from "./config.ts";
import { Ledger } from "./ledger.ts";
import { Script } from "./script.ts";

/** A running stand-in. Disposing it drops every connection at once, hanging ones too. */
export interface GatewayMock extends AsyncDisposable {
  url: string;
  /** Where emails are posted to. */
  emailUrl: string;
  ledger: Ledger;
  script: Script;
}

export interface GatewayMockOptions {
  /** What differs from the defaults; the port is a free one. */
  config?: Partial<Config>;
  clock?: Clock;
  log?: Log;
}

/**
 * Starts a stand-in, in a test on a free port and in this process:
 *
 *     await using gateway = await startGatewayMock({ config: { weights: [{ status: 202, weight: 1 }] } });
 *     gateway.script.set([{ status: 429, retry_after: 2 }, { cut: "after" }]);
 */
export async function startGatewayMock(options: GatewayMockOptions = {}): Promise<GatewayMock> {
  const { clock = systemClock, log = silentLog } = options;
  const config = { ...readGatewayMockConfig({}), port: 0, ...options.config };
  const ledger = new Ledger(clock, config.ledgerFile);
  const script = new Script();
  const metrics = createMetrics("gateway_mock");
  const server = buildApp({ config, clock, log, metrics, ledger, script }).listen({
    port: config.port,
    hostname: "0.0.0.0",
    // An answer may be delayed or dripped for longer than Bun's 10 s; hanging is what it is for.
    idleTimeout: 0,
  });
  const url = `http://127.0.0.1:${server.server?.port}`;
  log.info({ url }, "gateway_mock is ready");
  return {
    url,
    emailUrl: `${url}/email`,
    ledger,
    script,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
      ledger[Symbol.dispose]();
    },
  };
}
