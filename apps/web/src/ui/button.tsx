import type { Children, Html, HtmxAttributes } from "@mailwright/html";
import { Icon, type IconName } from "./icon.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

interface Look {
  /** `secondary` unless said otherwise; one `primary` a page or dialog. */
  variant?: ButtonVariant | undefined;
  size?: "sm" | "md" | undefined;
  icon?: IconName | undefined;
  /** What it does, when only the icon shows. */
  label?: string | undefined;
  children?: Children;
}

interface ButtonProps extends Look, HtmxAttributes {
  /** `submit` unless said otherwise: a button mostly ends a form. */
  type?: "submit" | "button" | "reset" | undefined;
  name?: string | undefined;
  value?: string | undefined;
  disabled?: boolean | undefined;
  /** Posts the form it stands in somewhere else. */
  formaction?: string | undefined;
  formnovalidate?: boolean | undefined;
  /** The answer is a file, so the page stays and the button is not busy. */
  downloads?: boolean | undefined;
  /** The id of the form it belongs to, when it stands outside. */
  form?: string | undefined;
  /** The id of a `Dialog` it opens. */
  opens?: string | undefined;
  /** The id of a popover (a menu) it shows and hides. */
  toggles?: string | undefined;
  id?: string | undefined;
}

/** Does something: submits a form, opens a dialog. To go somewhere, use `LinkButton`. */
export function Button(props: ButtonProps): Html {
  const { variant, size, icon, label, children, opens, toggles, downloads, type, ...rest } = props;
  return (
    <button
      {...rest}
      {...look({ variant, size, children })}
      type={type ?? (opens === undefined && toggles === undefined ? "submit" : "button")}
      aria-label={label}
      title={children === undefined ? label : undefined}
      command={opens === undefined ? undefined : "show-modal"}
      commandfor={opens}
      popovertarget={toggles}
      data-downloads={downloads}
    >
      <Content icon={icon}>{children}</Content>
    </button>
  );
}

interface LinkButtonProps extends Look, HtmxAttributes {
  href: string;
  id?: string | undefined;
  /** Saves what it leads to as a file, under this name if one is given. */
  download?: string | true | undefined;
  /** Opens another window; only for pages that are not ours. */
  external?: boolean | undefined;
}

/** Goes somewhere and looks like a button. */
export function LinkButton(props: LinkButtonProps): Html {
  const { variant, size, icon, label, children, external, download, ...rest } = props;
  return (
    <a
      {...rest}
      {...look({ variant, size, children })}
      download={download === true ? "" : download}
      aria-label={label}
      title={children === undefined ? label : undefined}
      target={external === true ? "_blank" : undefined}
      rel={external === true ? "noreferrer" : undefined}
    >
      <Content icon={icon}>{children}</Content>
    </a>
  );
}

/** Buttons side by side; they wrap on a phone. */
export function Buttons(props: { align?: "start" | "end" | undefined; children: Children }): Html {
  return (
    <div class="buttons" data-align={props.align}>
      {props.children}
    </div>
  );
}

function look(props: {
  variant: ButtonVariant | undefined;
  size: string | undefined;
  children: Children;
}) {
  return {
    class: "button",
    "data-variant": props.variant ?? "secondary",
    "data-size": props.size,
    "data-icon-only": props.children === undefined ? true : undefined,
  };
}

function Content(props: { icon: IconName | undefined; children?: Children }): Html {
  return (
    <>
      {props.icon && <Icon name={props.icon} />}
      {props.children !== undefined && <span>{props.children}</span>}
    </>
  );
}
