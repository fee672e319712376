/** Light, dark, or whatever the system says. */
export type Theme = "auto" | "light" | "dark";

const COOKIE = "theme";
const PATTERN = /(?:^|;\s*)theme=(\w+)/;
const YEAR_S = 31_536_000;

export function isTheme(value: unknown): value is Theme {
  return value === "auto" || value === "light" || value === "dark";
}

/** The theme the browser asked for by its cookie; "auto" where there is none. Read before rendering, so nothing flashes. */
export function themeOf(request: Request): Theme {
  const [, value] = PATTERN.exec(request.headers.get("cookie") ?? "") ?? [];
  return isTheme(value) ? value : "auto";
}

/** The `Set-Cookie` that remembers a theme for a year. Scripts may write it too: with them the switch needs no request. */
export function themeCookie(theme: Theme): string {
  return `${COOKIE}=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
}
