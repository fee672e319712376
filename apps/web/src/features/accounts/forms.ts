import { FormatRegistry, Type } from "@sinclair/typebox";
import { ROLES } from "../../http/access.ts";
import { Input, line, SECRET } from "../../http/forms.ts";
import { parseAddress } from "../contacts/address.ts";
import { PASSWORD_LIMIT } from "./passwords.ts";

/** Long enough that a throttled guesser gets nowhere (NIST SP 800-63B asks for 8); no rules about kinds of characters. */
const PASSWORD_LEAST = 10;

/** What better-auth takes for an address: narrower than ours, which has room for every alphabet. */
const SIGN_IN_ADDRESS = /^[a-z0-9_'+\-.]*[a-z0-9_+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

FormatRegistry.Set("sign-in address", (value) => signInAddress(value) !== undefined);

/** The canonical form of an address that a person can sign in with. */
export function signInAddress(typed: string): string | undefined {
  const parsed = parseAddress(typed);
  return parsed.ok && SIGN_IN_ADDRESS.test(parsed.canonical) ? parsed.canonical : undefined;
}

const name = line("Name", 100);

const email = Type.String({
  title: "Email",
  format: "sign-in address",
  maxLength: 320,
  error(value: unknown) {
    const parsed = parseAddress(typeof value === "string" ? value : "");
    return parsed.ok ? "Use an address of plain letters and digits." : parsed.message;
  },
});

const newPassword = Type.String({
  title: "Password",
  minLength: PASSWORD_LEAST,
  maxLength: PASSWORD_LIMIT,
  error: `Use ${PASSWORD_LEAST} to ${PASSWORD_LIMIT} characters.`,
  ...SECRET,
});

const role = Type.Union(
  ROLES.map((name) => Type.Literal(name)),
  { title: "Role", error: "Choose a role." },
);

export const SetupForm = Input({ name, email, password: newPassword });

/** Whatever is typed here is right or wrong as a whole; only a blank is worth a word of its own. */
export const SignInForm = Input({
  email: Type.String({ title: "Email", minLength: 1, maxLength: 320 }),
  password: Type.String({ title: "Password", minLength: 1, maxLength: PASSWORD_LIMIT, ...SECRET }),
});

export const NameForm = Input({ name });

export const PasswordForm = Input({
  current: Type.String({
    title: "Current password",
    minLength: 1,
    maxLength: PASSWORD_LIMIT,
    ...SECRET,
  }),
  password: newPassword,
});

export const InviteForm = Input({ name, email, role });

export const RoleForm = Input({ role });

export const TokenForm = Input({
  name,
  role,
  expires: Type.Union(
    ["never", "30", "90", "365"].map((days) => Type.Literal(days)),
    { title: "Expires", default: "never", error: "Choose when it expires." },
  ),
});
