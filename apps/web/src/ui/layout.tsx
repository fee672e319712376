import { type Children, type Html, onStatusInherited } from "@mailwright/html";
import { Banner } from "./banner.tsx";
import { Brand } from "./brand.tsx";
import { Button } from "./button.tsx";
import { DIALOG_ID, RemoteDialog } from "./dialog.tsx";
import { Document } from "./document.tsx";
import type { Shell } from "./shell.ts";
import { Sidebar } from "./sidebar.tsx";
import { ConnectionLost, Toasts, TOASTS_ID } from "./toast.tsx";

/**
 * A page for somebody who is signed in. Every htmx request from it carries the CSRF token, and an answer of 5xx goes to
 * the toasts instead of the region that asked.
 */
export function Layout(props: {
  shell: Shell;
  title: string;
  /** `narrow` for a form or a text, `wide` for a dense table; else 72 rem. */
  width?: "narrow" | "wide" | undefined;
  children: Children;
}): Html {
  const { shell } = props;
  return (
    <Document title={props.title} theme={shell.theme} nonce={shell.nonce}>
      <body
        hx-headers:inherited={{ "X-CSRF-Token": shell.csrf }}
        {...onStatusInherited("5xx", `target:#${TOASTS_ID} swap:beforeend select:.toast`)}
      >
        <a class="skip-link" href="#main">
          Skip to the page
        </a>
        <div class="page-progress" aria-hidden="true" />
        <div class="shell">
          <header class="topbar">
            <Button variant="ghost" icon="menu" label="Menu" toggles="sidebar" />
            <Brand />
          </header>
          <Sidebar shell={shell} />
          <div class="main">
            {shell.banners.map((banner) => (
              <Banner {...banner} />
            ))}
            <main class="page" id="main" tabindex={-1} data-width={props.width}>
              {props.children}
            </main>
          </div>
        </div>
        <Toasts toasts={shell.toasts} />
        <ConnectionLost />
        <RemoteDialog id={DIALOG_ID} />
      </body>
    </Document>
  );
}
