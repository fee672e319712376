import { can, type Permission, type User } from "./http/access.ts";
import type { NavGroup, NavLink } from "./ui/shell.ts";
import type { Tab } from "./ui/tabs.tsx";

interface Entry {
  link: NavLink;
  needs: Permission;
}

const CAMPAIGNS: readonly Entry[] = [
  { link: { href: "/", label: "Dashboard", icon: "layout-dashboard" }, needs: "campaigns:read" },
  { link: { href: "/campaigns", label: "Campaigns", icon: "send" }, needs: "campaigns:read" },
  { link: { href: "/templates", label: "Templates", icon: "file-text" }, needs: "templates:read" },
];

const AUDIENCE: readonly Entry[] = [
  { link: { href: "/contacts", label: "Contacts", icon: "users" }, needs: "contacts:read" },
  { link: { href: "/segments", label: "Segments", icon: "layers" }, needs: "segments:read" },
  { link: { href: "/imports", label: "Imports", icon: "upload" }, needs: "contacts:read" },
  { link: { href: "/suppressions", label: "Suppressions", icon: "ban" }, needs: "contacts:read" },
];

const INSTALLATION: readonly Entry[] = [
  { link: { href: "/settings", label: "Settings", icon: "settings" }, needs: "settings:read" },
  { link: { href: "/accounts", label: "People", icon: "shield-check" }, needs: "accounts:manage" },
  { link: { href: "/tokens", label: "API tokens", icon: "key-round" }, needs: "tokens:manage" },
  { link: { href: "/guides", label: "Guides", icon: "book-open" }, needs: "gateways:read" },
  {
    link: { href: "/developer", label: "Developer", icon: "code-xml" },
    needs: "developer:read",
  },
];

/** The side of every page: what this person may open. */
export function navigation(user: User): NavGroup[] {
  const groups: NavGroup[] = [
    { links: linksFor(user, CAMPAIGNS) },
    { title: "Audience", links: linksFor(user, AUDIENCE) },
    { title: "Installation", links: linksFor(user, INSTALLATION) },
  ];
  return groups.filter(({ links }) => links.length > 0);
}

/** The parts of the settings; each stands at its own address. */
export function settingsTabs(path: string): Tab[] {
  const tabs: Tab[] = [
    { href: "/settings", label: "Sender" },
    { href: "/settings/gateways", label: "Gateways" },
    { href: "/settings/retries", label: "Retries" },
  ];
  return tabs.map((tab) => ({ ...tab, current: tab.href === path }));
}

function linksFor(user: User, entries: readonly Entry[]): NavLink[] {
  return entries.filter(({ needs }) => can(user, needs)).map(({ link }) => link);
}
