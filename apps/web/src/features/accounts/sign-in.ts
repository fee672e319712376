import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { newId } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { authAccount, authSession, authUser, authVerification } from "../../db/schema/accounts.ts";
import { hashPassword, isPassword, PASSWORD_LIMIT } from "./passwords.ts";
import { deleteSessionByToken, updateSessionAddress } from "./queries.ts";
import { SESSION_IDLE_S } from "./sessions.ts";
import { forgiveTries, tryAgainAfter } from "./throttle.ts";

/** What a browser says of itself is kept this far. */
const AGENT_LIMIT = 500;

export interface Attempt {
  email: string;
  password: string;
  /** Where it comes from, for the throttle and for the list of sessions. */
  address: string | undefined;
  agent: string | undefined;
  now: number;
  /** The token of the session this browser has already, which ends. */
  previous: string | undefined;
}

export type SignInOutcome =
  | { kind: "signed-in"; token: string }
  /** Which of the two was wrong is not said, and takes the same time either way. */
  | { kind: "wrong" }
  | { kind: "wait"; seconds: number };

/** Checks a password and opens a session. */
export type SignIn = (attempt: Attempt) => Promise<SignInOutcome>;

/**
 * Sign-in by better-auth's core over our tables. It compares the password (in the same time for an address that nobody
 * has) and opens the session; its handler is not mounted, its cookies are not used, nobody can sign up.
 */
export function createSignIn(
  db: Database,
  { webUrl, secret }: { webUrl: string; secret: string },
): SignIn {
  const auth = betterAuth({
    baseURL: webUrl,
    secret,
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: drizzleAdapter(db, {
      provider: "pg",
      schema: {
        user: authUser,
        session: authSession,
        account: authAccount,
        verification: authVerification,
      },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 1,
      maxPasswordLength: PASSWORD_LIMIT,
      password: {
        hash: hashPassword,
        verify: ({ password, hash }) => isPassword(password, hash),
      },
    },
    session: { expiresIn: SESSION_IDLE_S },
    advanced: {
      database: { generateId: () => newId() },
      // It would cut an IPv6 address down to its network and write out all of its zeros.
      ipAddress: { disableIpTracking: true },
    },
  });

  return async (attempt) => {
    const seconds = await tryAgainAfter(db, attempt, attempt.now);
    if (seconds > 0) return { kind: "wait", seconds };
    try {
      const { token } = await auth.api.signInEmail({
        body: { email: attempt.email, password: attempt.password },
        headers: new Headers({ "user-agent": attempt.agent?.slice(0, AGENT_LIMIT) ?? "" }),
      });
      await updateSessionAddress(db, token, attempt.address);
      await forgiveTries(db, attempt);
      if (attempt.previous !== undefined) await deleteSessionByToken(db, attempt.previous);
      return { kind: "signed-in", token };
    } catch (error) {
      if (error instanceof APIError && error.statusCode < 500) return { kind: "wrong" };
      throw error;
    }
  };
}
