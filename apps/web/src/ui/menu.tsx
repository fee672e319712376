import type { Children, Html, HtmxAttributes } from "@mailwright/html";
import { Button, type ButtonVariant } from "./button.tsx";
import { CsrfField } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** A list of things to do that opens from a button (`toggles={id}` or `popovertarget`); it works without a script. */
export function Menu(props: {
  id: string;
  label: string;
  side?: "top" | "bottom" | undefined;
  children: Children;
}): Html {
  return (
    <div
      class="menu"
      id={props.id}
      popover="auto"
      data-side={props.side}
      aria-label={props.label}
      role="group"
    >
      {props.children}
    </div>
  );
}

/** A menu with its button; three dots when there are no `children` for it. */
export function MenuWithButton(props: {
  id: string;
  /** What the menu is about: "Actions for anna@example.com". */
  label: string;
  text?: Children;
  icon?: IconName | undefined;
  variant?: ButtonVariant | undefined;
  size?: "sm" | "md" | undefined;
  children: Children;
}): Html {
  const { id, label, text, icon = "ellipsis", variant = "ghost", size = "sm" } = props;
  return (
    <div class="menu-anchor">
      {text === undefined ? (
        <Button toggles={id} variant={variant} size={size} icon={icon} label={label} />
      ) : (
        <Button toggles={id} variant={variant} size={size} icon={icon}>
          {text}
        </Button>
      )}
      <Menu id={id} label={label}>
        {props.children}
      </Menu>
    </div>
  );
}

interface MenuLinkProps extends HtmxAttributes {
  href: string;
  icon?: IconName | undefined;
  danger?: boolean | undefined;
  children: Children;
}

/** Goes somewhere. */
export function MenuLink(props: MenuLinkProps): Html {
  const { icon, danger, children, ...rest } = props;
  return (
    <a {...rest} class="menu-item" data-danger={danger}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** Does something at once: a form with one button. What cannot be undone asks first, by a `ConfirmLink`. */
export function MenuButton(props: {
  action: string;
  csrf: string;
  icon?: IconName | undefined;
  danger?: boolean | undefined;
  children: Children;
}): Html {
  return (
    <form method="post" action={props.action}>
      <CsrfField csrf={props.csrf} />
      <button class="menu-item" type="submit" data-danger={props.danger}>
        {props.icon && <Icon name={props.icon} />}
        {props.children}
      </button>
    </form>
  );
}

/** Words that cannot be chosen. */
export function MenuNote(props: { children: Children }): Html {
  return <p class="menu-note">{props.children}</p>;
}

export function MenuSeparator(): Html {
  return <hr class="menu-separator" />;
}
