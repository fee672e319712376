import type { Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";

/** A text to take elsewhere as it is: an id, an address, a token. */
export function Copyable(props: { text: string; label: string }): Html {
  return (
    <span class="copyable">
      <code>{props.text}</code>
      <CopyButton text={props.text} label={props.label} />
    </span>
  );
}

/** The button alone. It shows only where scripts can run. */
export function CopyButton(props: { text: string; label: string }): Html {
  return (
    <button
      class="copy-button"
      type="button"
      title={props.label}
      aria-label={props.label}
      data-copies={props.text}
      data-needs-script
      hidden
    >
      <Icon name="copy" />
      <Icon name="check" />
    </button>
  );
}
