import type { Html } from "@mailwright/html";
import { assetUrl } from "../public/assets.ts";
import type { IconName } from "../public/icons.ts";

export type { IconName };

/** An icon of the sprite. Beside a word it is decoration; alone it needs a `label`. */
export function Icon(props: {
  name: IconName;
  size?: "md" | "lg" | undefined;
  label?: string | undefined;
}): Html {
  return (
    <svg
      class="icon"
      data-size={props.size}
      {...(props.label === undefined
        ? { "aria-hidden": "true" }
        : { role: "img", "aria-label": props.label })}
    >
      <use href={`${assetUrl("icons.svg")}#${props.name}`} />
    </svg>
  );
}
