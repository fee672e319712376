import type { Html } from "@mailwright/html";

/** Pages to go on to, each with a line on what it holds. */
export function LinkList(props: { links: { href: string; title: string; about: string }[] }): Html {
  return (
    <ul class="link-list">
      {props.links.map(({ href, title, about }) => (
        <li>
          <a class="link-list-item" href={href}>
            <strong>{title}</strong>
            <span class="muted small">{about}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
