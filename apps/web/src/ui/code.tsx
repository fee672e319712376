import type { Html } from "@mailwright/html";
import { CopyButton } from "./copy.tsx";

/** Text in a fixed-width face with a button that copies it: headers, an error, a command. */
export function CodeBlock(props: {
  /** What it is; also for a screen reader, since the block can be scrolled by key. */
  label: string;
  code: string;
  /** Wrap long lines instead of scrolling. */
  wrap?: boolean | undefined;
}): Html {
  return (
    <figure class="code">
      <figcaption class="code-head">
        <span>{props.label}</span>
        <CopyButton text={props.code} label={`Copy: ${props.label}`} />
      </figcaption>
      <pre tabindex={0} aria-label={props.label} role="region" data-wrap={props.wrap}>
        {props.code}
      </pre>
    </figure>
  );
}

/** A key to press. */
export function Key(props: { children: string }): Html {
  return <kbd class="key">{props.children}</kbd>;
}
