import type { Html } from "@mailwright/html";

const GUIDE = /(\/guides\/[a-z]+)/;

/** A text in which the addresses of guides are links. It is kept, and told to programs, with the bare addresses in it. */
export function GuidedText(props: { text: string }): Html {
  return (
    <>
      {props.text
        .split(GUIDE)
        .map((part) => (GUIDE.test(part) ? <a href={part}>{part}</a> : <>{part}</>))}
    </>
  );
}
