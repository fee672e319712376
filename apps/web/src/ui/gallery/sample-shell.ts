import type { NavGroup, Shell } from "../shell.ts";
import type { Theme } from "../theme.ts";

const NAV: NavGroup[] = [
  {
    links: [
      { href: "/", label: "Dashboard", icon: "layout-dashboard" },
      { href: "/campaigns", label: "Campaigns", icon: "send", count: 2 },
      { href: "/templates", label: "Templates", icon: "file-text" },
    ],
  },
  {
    title: "Audience",
    links: [
      { href: "/contacts", label: "Contacts", icon: "users" },
      { href: "/segments", label: "Segments", icon: "layers" },
      { href: "/imports", label: "Imports", icon: "upload" },
    ],
  },
  {
    title: "Installation",
    links: [
      { href: "/settings", label: "Settings", icon: "settings" },
      { href: "/developer", label: "Developer", icon: "code-xml" },
    ],
  },
];

/** A shell with everything in it, to look at pages without a database. */
export function sampleShell(given: { theme: Theme; nonce: string; path: string }): Shell {
  return {
    ...given,
    csrf: "sample-token",
    organisation: "Example Ltd",
    user: { name: "Anna Kowalska", email: "anna.kowalska@example.com" },
    links: { account: "/account", signOut: "/sign-out" },
    nav: NAV,
    banners: [
      {
        tone: "warning",
        message: "No From address is set, so campaigns cannot be launched.",
        action: { href: "/settings", label: "Set it" },
      },
    ],
    toasts: [{ tone: "success", message: "The contact was saved." }],
  };
}
