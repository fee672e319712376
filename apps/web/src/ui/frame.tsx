import type { Html } from "@mailwright/html";

/** Somebody else's document, shown and shut in: the preview of an email. Its address answers with `foreignDocument()`. */
export function Frame(props: {
  src: string;
  title: string;
  width?: "phone" | "full" | undefined;
}): Html {
  return (
    <div class="frame" data-width={props.width}>
      <iframe
        src={props.src}
        title={props.title}
        sandbox=""
        loading="lazy"
        referrerpolicy="no-referrer"
      />
    </div>
  );
}
