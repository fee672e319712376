import type { Children, Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";
import { MESSAGE_ICONS, type MessageTone } from "./tone.ts";

export interface BannerProps {
  tone: MessageTone;
  /** What is so, and what follows from it. */
  message: Children;
  action?: { href: string; label: string } | undefined;
}

/** Something true of the whole installation until somebody acts on it; it stands over every page. */
export function Banner(props: BannerProps): Html {
  return (
    <div class="banner" data-tone={props.tone} role="status">
      <Icon name={MESSAGE_ICONS[props.tone]} />
      <p>{props.message}</p>
      {props.action && (
        <a class="banner-action" href={props.action.href}>
          {props.action.label}
          <Icon name="arrow-right" />
        </a>
      )}
    </div>
  );
}

/** Something to know about one part of a page. */
export function Callout(props: {
  tone: MessageTone;
  title?: string | undefined;
  action?: Children;
  /** It answers what was just done: it is read out, and takes the focus as the mistakes of a form do. */
  focus?: boolean | undefined;
  children: Children;
}): Html {
  const answer = props.focus === true && {
    role: "alert" as const,
    tabindex: -1,
    "data-focus": true,
  };
  return (
    <div class="callout" data-tone={props.tone} {...answer}>
      <Icon name={MESSAGE_ICONS[props.tone]} />
      <div class="callout-text">
        {props.title !== undefined && <p class="callout-title">{props.title}</p>}
        <div>{props.children}</div>
      </div>
      {props.action && <div class="buttons">{props.action}</div>}
    </div>
  );
}
