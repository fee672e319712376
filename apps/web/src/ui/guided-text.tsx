import type { Html } from "@mailwright/html";

const PLACE = /(\/guides\/[a-z]+|\/suppressions\b)/;

/** A text in which the addresses of guides, and of the suppressions, are links. It is kept, and told to programs, with the bare addresses in it. */
export function GuidedText(props: { text: string }): Html {
  return (
    <>
      {props.text
        .split(PLACE)
        .map((part) => (PLACE.test(part) ? <a href={part}>{part}</a> : <>{part}</>))}
    </>
  );
}
