import type { Children, Html } from "@mailwright/html";

/**
 * A region that the server keeps up to date by an event stream: each message is what stands in it now. `closes` is the
 * event that ends the stream for good. A tab that is hidden holds no stream and takes it up again when it is shown. Where streams do not get through, a script fetches `poll` every few seconds.
 */
export function Live(props: {
  id: string;
  /** The address of the stream. */
  stream: string;
  /** The address of the same content, once. */
  poll: string;
  closes?: string | undefined;
  children: Children;
}): Html {
  return (
    <div
      id={props.id}
      hx-sse:connect={props.stream}
      hx-sse:close={props.closes ?? "done"}
      hx-target="this"
      hx-swap="innerMorph"
      data-poll={props.poll}
    >
      {props.children}
    </div>
  );
}
