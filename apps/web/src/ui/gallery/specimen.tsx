import type { Children, Html } from "@mailwright/html";

/** A part of the gallery, with a heading to jump to. */
export function Specimens(props: { id: string; title: string; children: Children }): Html {
  return (
    <section class="stack" id={props.id} data-gap="lg" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** One component, with its name. */
export function Specimen(props: { name: string; children: Children }): Html {
  return (
    <div class="stack" data-gap="sm">
      <p class="muted small">{props.name}</p>
      {props.children}
    </div>
  );
}
