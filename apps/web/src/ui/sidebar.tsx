import type { Html } from "@mailwright/html";
import { Avatar } from "./avatar.tsx";
import { Brand } from "./brand.tsx";
import { Button } from "./button.tsx";
import { formatCount } from "./format.ts";
import { Icon } from "./icon.tsx";
import { Menu, MenuButton, MenuLink, MenuNote, MenuSeparator } from "./menu.tsx";
import { currentLink, type NavGroup, type NavLink, type Shell } from "./shell.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

/** The navigation and who is signed in: always there on a desktop, a drawer on a phone, without a script on both. */
export function Sidebar(props: { shell: Shell }): Html {
  const { shell } = props;
  return (
    <aside class="sidebar" id="sidebar" popover="auto" aria-label="Menu">
      <Brand organisation={shell.organisation} />
      <div class="sidebar-close">
        <Button variant="ghost" icon="x" label="Close the menu" toggles="sidebar" />
      </div>
      <nav class="nav" aria-label="Main">
        {shell.nav.map((group) => (
          <Group group={group} current={currentLink(shell.nav, shell.path)} />
        ))}
      </nav>
      <div class="sidebar-foot">
        <ThemeSwitch theme={shell.theme} csrf={shell.csrf} returnTo={shell.path} />
        <UserMenu shell={shell} />
      </div>
    </aside>
  );
}

function Group(props: { group: NavGroup; current: NavLink | undefined }): Html {
  return (
    <div class="nav-group">
      {props.group.title && <p class="nav-title">{props.group.title}</p>}
      {props.group.links.map((link) => (
        <a
          class="nav-link"
          href={link.href}
          aria-current={link === props.current ? "page" : undefined}
        >
          <Icon name={link.icon} />
          {link.label}
          {link.count !== undefined && link.count > 0 && (
            <span class="nav-count">{formatCount(link.count)}</span>
          )}
        </a>
      ))}
    </div>
  );
}

function UserMenu(props: { shell: Shell }): Html {
  const { user, links, csrf } = props.shell;
  return (
    <div class="menu-anchor">
      <button class="user-button" type="button" popovertarget="user-menu">
        <Avatar name={user.name} />
        <span class="user-name">
          <span>{user.name}</span>
          <small>{user.email}</small>
        </span>
        <Icon name="chevrons-up-down" />
      </button>
      <Menu id="user-menu" label="Your account" side="top">
        <MenuNote>{user.email}</MenuNote>
        <MenuSeparator />
        <MenuLink href={links.account} icon="user">
          Your account
        </MenuLink>
        <MenuButton action={links.signOut} csrf={csrf} icon="log-out">
          Sign out
        </MenuButton>
      </Menu>
    </div>
  );
}
