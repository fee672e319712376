import type { Children, Html } from "@mailwright/html";
import { Brand } from "./brand.tsx";
import { Document } from "./document.tsx";
import type { Theme } from "./theme.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

/** A page for somebody who is not signed in yet: one card, in the middle, with one thing to do. */
export function AuthLayout(props: {
  title: string;
  /** One sentence under the title. */
  lead?: Children;
  /** Whose page it is to somebody who got an email and knows nothing of us; empty when it is to say nobody's name. */
  host?: string | undefined;
  theme: Theme;
  nonce: string;
  csrf: string;
  /** The path to come back to when the theme is changed without scripts. */
  path: string;
  /** What stands below the card: another way in, a word of help. */
  foot?: Children;
  children: Children;
}): Html {
  return (
    <Document title={props.title} site={props.host} theme={props.theme} nonce={props.nonce}>
      <body>
        <div class="auth">
          <main class="auth-main">
            {props.host === undefined ? (
              <Brand />
            ) : (
              props.host !== "" && <p class="auth-host">{props.host}</p>
            )}
            <div class="auth-card">
              <div class="auth-head">
                <h1>{props.title}</h1>
                {props.lead && <p class="muted">{props.lead}</p>}
              </div>
              {props.children}
            </div>
            {props.foot && <p class="auth-foot">{props.foot}</p>}
          </main>
          <ThemeSwitch theme={props.theme} csrf={props.csrf} returnTo={props.path} />
        </div>
      </body>
    </Document>
  );
}
