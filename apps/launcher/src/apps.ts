import type { Environment } from "./environment.ts";
import type { Say } from "./output.ts";
import { runProgram } from "./program.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import type { Part } from "./supervisor.ts";

/** One app of the product: a server that listens on a port and answers `/readyz`. */
export interface App {
  name: string;
  port: number;
  /** The variable that moves it to another port. */
  portVariable: string;
  /** The file that Bun runs, from the project's folder. */
  main: string;
  env: Environment;
}

/**
 * What Bun reads before any of our code runs, so it stands here and in the Dockerfile.
 *
 * - Its collector lets garbage grow with the machine's memory. Told that there are 256 MB it keeps each app small at no cost: the
 *   peak of 200,000 emails fell from 353 to 213 MB, of an import from 289 to 229. With 192 it collects all the time.
 * - It makes 256 requests at once and lets all others wait in silence, while their deadlines run: attempts past that number would
 *   be given up as uncertain without having been made, and reports would wait behind them.
 */
export const RUNTIME: Environment = {
  BUN_JSC_forceRAMSize: String(256 * 1024 * 1024),
  BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
};

/** What the launcher starts: first the migration, to its end, then the apps. */
export interface Product {
  /** What the services are told that a command at another terminal has to know too. */
  environment: Environment;
  migration: { main: string; env: Environment };
  apps: App[];
}

/** Where the databases of this run are. */
export interface Databases {
  databaseUrl: string;
  redisUrl: string;
}

/** The gateway that a new installation begins with. It is the stand-in's, which tells there what becomes of emails. */
const FIRST_GATEWAY = "01995b00-0000-7000-8000-000000005052";

/** Mailwright itself. A variable that the person set goes before what we made. */
export function mailwright(
  { ports, dataDir, logLevel }: Settings,
  secrets: Secrets,
  { databaseUrl, redisUrl }: Databases,
  given: Record<string, string | undefined>,
): Product {
  const own = { ...RUNTIME, ...present(given), DATA_DIR: dataDir, LOG_LEVEL: logLevel };
  const made = {
    WEB_URL: `http://localhost:${ports.web}`,
    EMAIL_CLIENT_URL: `http://localhost:${ports.emailClient}`,
    FIRST_GATEWAY_URL: `http://localhost:${ports.gatewayMock}/email`,
    FIRST_GATEWAY_USERNAME: "mailwright",
    FIRST_GATEWAY_PASSWORD: "mock",
    FIRST_GATEWAY_ID: FIRST_GATEWAY,
    FIRST_GATEWAY_WEBHOOK_SECRET: secrets.webhookSecret,
    // The stand-in is on this machine, and so is whatever else a person tries it with.
    PRIVATE_GATEWAYS: "allow",
    SERVICE_KEYS: secrets.serviceKeys,
    CREDENTIALS_KEYS: secrets.credentialsKeys,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: dataDir,
  };
  const services: Environment = { ...made, ...own };
  return {
    environment: Object.fromEntries(Object.keys(made).map((name) => [name, services[name] ?? ""])),
    migration: { main: "apps/web/src/db/migrate.ts", env: services },
    apps: [
      app("web", ports.web, services),
      app("email_client", ports.emailClient, services),
      // It plays a stranger on the internet: it is told no secret of ours but the one that it signs its webhooks with.
      app("gateway_mock", ports.gatewayMock, {
        MOCK_WEBHOOK_URL: `http://localhost:${ports.web}/webhooks/${FIRST_GATEWAY}`,
        MOCK_WEBHOOK_SECRET: secrets.webhookSecret,
        ...own,
      }),
    ],
  };
}

function app(name: string, port: number, env: Environment): App {
  return {
    name,
    port,
    portVariable: `${name.toUpperCase()}_PORT`,
    main: `apps/${name}/src/main.ts`,
    env: { ...env, PORT: String(port) },
  };
}

/** An app must be done with what is in flight within 25 s of its own accord. */
const STOP = [["SIGTERM", 30_000]] as const;

/** An app as a part to be kept running. */
export function appPart(app: App, root: string, watch: boolean, say: Say): Part {
  return {
    name: app.name,
    async start() {
      const program = runProgram({
        // With --no-orphans it ends when we do, even by SIGKILL.
        command: [
          process.execPath,
          "--no-orphans",
          ...(watch ? ["--watch", "--no-clear-screen"] : []),
          app.main,
        ],
        cwd: root,
        env: app.env,
        onLine: (line) => say(app.name, line),
      });
      return { pid: program.pid, exited: program.exited, stop: () => program.stop(STOP) };
    },
  };
}

function present(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
}
