import {
  type ConfigSource,
  LOG_LEVELS,
  type LogLevel,
  type NamedKey,
  readConfig,
  type Reader,
} from "@mailwright/platform";
import {
  addressFault,
  isNewPassword,
  PASSWORD_WORDS,
  signInAddress,
} from "./features/accounts/credentials.ts";

export interface Config {
  databaseUrl: string;
  /** Where people reach this web, without a trailing slash. Its scheme decides whether cookies are `Secure`. */
  webUrl: string;
  /** Where the email client listens, without a trailing slash. */
  emailClientUrl: string;
  port: number;
  /**
   * Newest first. They sign the calls between the services, and what this web gives a browser to keep is sealed with
   * secrets that are derived from them (`http/seal.ts`): the first seals, all of them open.
   */
  serviceKeys: NamedKey[];
  /** The owner to make at the first start, instead of asking for one at `/setup`. */
  firstOwner: { email: string; password: string } | undefined;
  logLevel: LogLevel;
}

/** Reads the environment of web; throws one `ConfigError` that tells every fault. */
export function readWebConfig(source: ConfigSource): Config {
  return readConfig(source, (env) => ({
    databaseUrl: env.url("DATABASE_URL", ["postgres", "postgresql"]),
    webUrl: env.serviceUrl("WEB_URL", "http://localhost:5050"),
    emailClientUrl: env.serviceUrl("EMAIL_CLIENT_URL", "http://localhost:5051"),
    port: env.integer("PORT", 5050, { max: 65_535 }),
    serviceKeys: env.keys("SERVICE_KEYS"),
    firstOwner: readFirstOwner(env),
    logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
  }));
}

/** Whether a browser reaches us by https, and so may be told to keep our cookies off plain http. */
export function isSecure({ webUrl }: Pick<Config, "webUrl">): boolean {
  return webUrl.startsWith("https:");
}

function readFirstOwner(env: Reader): Config["firstOwner"] {
  const email = env.optional("ADMIN_EMAIL");
  const password = env.optional("ADMIN_PASSWORD");
  if (email === undefined && password === undefined) return undefined;
  const typed = env.text("ADMIN_EMAIL");
  const address = signInAddress(typed);
  if (email !== undefined && address === undefined)
    env.fault(`ADMIN_EMAIL: ${addressFault(typed)}`);
  if (password !== undefined && !isNewPassword(password))
    env.fault(`ADMIN_PASSWORD: ${PASSWORD_WORDS}`);
  return { email: address ?? "", password: env.text("ADMIN_PASSWORD") };
}
