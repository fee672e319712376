import type { Html } from "@mailwright/html";

/** The initials of a person on a quiet ground; decoration, so the name must stand beside it. */
export function Avatar(props: { name: string }): Html {
  return (
    <span class="avatar" data-hue={hue(props.name)} aria-hidden="true">
      {initials(props.name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/[\s._@-]+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map(
    (word) => [...(word ?? "")][0] ?? "",
  );
  return letters.join("").toUpperCase();
}

/** One of six hues, the same for the same name. */
function hue(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum % 6;
}
