import type { Html } from "@mailwright/html";

/** Grey lines where something is being fetched. */
export function Skeleton(props: { lines?: number | undefined; label?: string | undefined }): Html {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{props.label ?? "Loading"}</span>
      {Array.from({ length: props.lines ?? 3 }, () => (
        <span class="skeleton-line" />
      ))}
    </div>
  );
}

/** A turning ring beside the words of what is going on. */
export function Spinner(props: { label: string }): Html {
  return (
    <span class="spinner" role="status">
      <span class="spinner-ring" aria-hidden="true" />
      {props.label}
    </span>
  );
}
