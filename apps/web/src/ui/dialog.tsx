import type { Children, Html, HtmxAttributes } from "@mailwright/html";
import { Button, type ButtonVariant, LinkButton } from "./button.tsx";
import { CsrfField } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** The dialog of the layout, into which `ConfirmLink` fetches. */
export const DIALOG_ID = "dialog";
const CONFIRM_ID = "confirm";

/** Something to see or do before going on, over the page. A `Button` with `opens={id}` opens it. */
export function Dialog(props: {
  id: string;
  title: string;
  open?: boolean | undefined;
  children: Children;
}): Html {
  return (
    <dialog
      class="dialog"
      id={props.id}
      open={props.open}
      closedby="any"
      aria-labelledby={`${props.id}-title`}
    >
      <header class="dialog-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        <form method="dialog">
          <Button variant="ghost" size="sm" icon="x" label="Close" />
        </form>
      </header>
      <div class="dialog-body">{props.children}</div>
    </dialog>
  );
}

/** The empty dialog that waits in the layout. What is fetched into it names it. */
export function RemoteDialog(props: { id: string }): Html {
  return (
    <dialog class="dialog" id={props.id} closedby="any" aria-labelledby={`${CONFIRM_ID}-title`}>
      <div id={`${props.id}-content`} />
    </dialog>
  );
}

/** What makes a link open the page it leads to as a dialog; without scripts it goes to that page. */
export function dialogLink(href: string): { href: string } & HtmxAttributes {
  return {
    href,
    "hx-get": href,
    "hx-target": `#${DIALOG_ID}-content`,
    "hx-select": `#${CONFIRM_ID}`,
    "hx-swap": "innerHTML",
  };
}

/** A button that asks before it does: it leads to a page whose content is a `Confirm`. */
export function ConfirmLink(props: {
  href: string;
  variant?: ButtonVariant | undefined;
  size?: "sm" | "md" | undefined;
  icon?: IconName | undefined;
  label?: string | undefined;
  children?: Children;
}): Html {
  const { href, ...rest } = props;
  return <LinkButton {...rest} {...dialogLink(href)} />;
}

/**
 * The question before something that cannot be undone: what is done, what goes with it, and the two ways on. It is the
 * content of a page of its own, and of the dialog when scripts run.
 */
export function Confirm(props: {
  /** A question: "Delete Spring sale?" */
  title: string;
  /** Where the answer "yes" posts to. */
  action: string;
  csrf: string;
  /** Where "no" leads. */
  cancel: string;
  /** The word on the button: "Delete campaign". */
  confirm: string;
  /** Red, for what destroys; else the accent. */
  danger?: boolean | undefined;
  /** "This goes with it:" unless said otherwise. */
  consequencesLead?: string | undefined;
  /** What goes with it, one line each: "12,345 emails and their history". */
  consequences?: readonly Children[] | undefined;
  /** What stays: "Contacts stay." */
  children?: Children;
}): Html {
  return (
    <section class="confirm" id={CONFIRM_ID}>
      <span class="confirm-icon" data-tone={props.danger === true ? "danger" : "accent"}>
        <Icon name={props.danger === true ? "triangle-alert" : "circle-question-mark"} size="lg" />
      </span>
      <div class="confirm-text">
        <h1 id={`${CONFIRM_ID}-title`}>{props.title}</h1>
        {props.consequences && props.consequences.length > 0 && (
          <>
            <p>{props.consequencesLead ?? "This goes with it:"}</p>
            <ul>
              {props.consequences.map((line) => (
                <li>{line}</li>
              ))}
            </ul>
          </>
        )}
        {props.children && <p>{props.children}</p>}
      </div>
      <form class="confirm-actions" method="post" action={props.action}>
        <CsrfField csrf={props.csrf} />
        <LinkButton href={props.cancel} data-closes-dialog>
          Cancel
        </LinkButton>
        <Button variant={props.danger === true ? "danger" : "primary"}>{props.confirm}</Button>
      </form>
    </section>
  );
}
