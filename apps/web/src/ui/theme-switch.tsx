import type { Html } from "@mailwright/html";
import { CsrfField } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";
import type { Theme } from "./theme.ts";

const CHOICES: readonly { theme: Theme; label: string; icon: IconName }[] = [
  { theme: "light", label: "Light", icon: "sun" },
  { theme: "dark", label: "Dark", icon: "moon" },
  { theme: "auto", label: "Same as the system", icon: "monitor" },
];

/** Light, dark or the system's choice. With scripts it changes at once; without, it posts and comes back. */
export function ThemeSwitch(props: { theme: Theme; csrf: string; returnTo: string }): Html {
  return (
    <form class="segments" action="/theme" method="post" data-theme-switch aria-label="Theme">
      <CsrfField csrf={props.csrf} />
      <input type="hidden" name="return_to" value={props.returnTo} />
      {CHOICES.map(({ theme, label, icon }) => (
        <button
          class="segment"
          type="submit"
          name="theme"
          value={theme}
          title={label}
          aria-label={label}
          aria-pressed={theme === props.theme}
        >
          <Icon name={icon} />
        </button>
      ))}
    </form>
  );
}
