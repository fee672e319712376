import { FormatRegistry, Type } from "@sinclair/typebox";
import { ROLES } from "../../http/access.ts";
import { Input, line, SECRET } from "../../http/forms.ts";
import { addressFault, PASSWORD_LEAST, PASSWORD_WORDS, signInAddress } from "./credentials.ts";
import { PASSWORD_LIMIT } from "./passwords.ts";

FormatRegistry.Set("sign-in address", (value) => signInAddress(value) !== undefined);

const name = line("Name", 100);

const email = Type.String({
  title: "Email",
  format: "sign-in address",
  maxLength: 320,
  error: (value: unknown) => addressFault(typeof value === "string" ? value : ""),
});

const newPassword = Type.String({
  title: "Password",
  minLength: PASSWORD_LEAST,
  maxLength: PASSWORD_LIMIT,
  error: PASSWORD_WORDS,
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
