import type { BannerProps } from "./banner.tsx";
import type { IconName } from "./icon.tsx";
import type { Theme } from "./theme.ts";
import type { ToastProps } from "./toast.tsx";

export interface NavLink {
  href: string;
  label: string;
  icon: IconName;
  /** A number worth seeing from everywhere, e.g. campaigns being sent. */
  count?: number | undefined;
}

export interface NavGroup {
  /** None for the first group. */
  title?: string | undefined;
  links: NavLink[];
}

/** What stands around every page. It is put together once a request, by `http/`, and passed to the layout whole. */
export interface Shell {
  /** The path of the request: it marks the current link, and forms return to it. */
  path: string;
  nonce: string;
  csrf: string;
  theme: Theme;
  organisation: string;
  user: { name: string; email: string };
  nav: NavGroup[];
  /** Where the user's own page is, and where the sign-out form posts to. */
  links: { account: string; signOut: string };
  /** Things that are true until somebody acts on them: From not set, gateway paused. */
  banners: BannerProps[];
  /** What just happened, said once after a redirect. */
  toasts: ToastProps[];
}

/** The link of the navigation that the path is under: the longest that fits. */
export function currentLink(nav: NavGroup[], path: string): NavLink | undefined {
  return nav
    .flatMap((group) => group.links)
    .filter(({ href }) => path === href || path.startsWith(href === "/" ? "\0" : `${href}/`))
    .toSorted((a, b) => b.href.length - a.href.length)[0];
}
