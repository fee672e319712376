import type { Children, Html } from "@mailwright/html";
import { Icon, type IconName } from "./icon.tsx";

/** What stands where there is nothing yet, or nothing found: why, and what to do about it. */
export function EmptyState(props: {
  icon: IconName;
  title: string;
  /** One or two sentences. */
  children?: Children;
  /** A button or two. */
  action?: Children;
}): Html {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size="lg" />
      </span>
      <h2 class="empty-title">{props.title}</h2>
      {props.children && <p class="empty-text">{props.children}</p>}
      {props.action && <div class="buttons">{props.action}</div>}
    </div>
  );
}
