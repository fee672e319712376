import type { Children, Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";
import { MESSAGE_ICONS, type MessageTone } from "./tone.ts";

export const TOASTS_ID = "toasts";

export interface ToastProps {
  tone: MessageTone;
  /** What happened, in a sentence. */
  message: Children;
  /** What can be done about it. */
  action?: { href: string; label: string; /** In another tab. */ external?: boolean } | undefined;
}

/** What just happened. Good news leaves by itself after six seconds; bad news waits to be dismissed. */
export function Toast(props: ToastProps): Html {
  const leaves = props.tone === "success" || props.tone === "info";
  return (
    <div
      class="toast"
      data-tone={props.tone}
      role={leaves ? "status" : "alert"}
      data-leaves={leaves}
    >
      <Icon name={MESSAGE_ICONS[props.tone]} />
      <p class="toast-text">{props.message}</p>
      {props.action && (
        <a href={props.action.href} target={props.action.external === true ? "_blank" : undefined}>
          {props.action.label}
        </a>
      )}
      <button class="toast-close" type="button" aria-label="Dismiss" data-closes-toast>
        <Icon name="x" />
      </button>
    </div>
  );
}

/** The place of toasts; the layout has one. */
export function Toasts(props: { toasts: readonly ToastProps[] }): Html {
  return (
    <section class="toasts" id={TOASTS_ID} aria-label="Messages">
      {props.toasts.map((toast) => (
        <Toast {...toast} />
      ))}
    </section>
  );
}

/** What a script shows when no answer came at all. */
export function ConnectionLost(): Html {
  return (
    <template id="connection-lost">
      <Toast
        tone="danger"
        message="The server could not be reached. Check the connection, and look whether it was done before you try again."
      />
    </template>
  );
}
