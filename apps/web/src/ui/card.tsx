import type { Children, Html } from "@mailwright/html";

/** A framed part of a page. `flush` lets what is inside (a table) reach the frame. */
export function Card(props: {
  title?: string | undefined;
  /** One sentence under the title. */
  lead?: Children;
  /** Buttons or a link beside the title. */
  actions?: Children;
  foot?: Children;
  flush?: boolean | undefined;
  id?: string | undefined;
  children: Children;
}): Html {
  return (
    <section class="card" id={props.id} data-flush={props.flush}>
      {(props.title !== undefined || props.actions !== undefined) && (
        <header class="card-head">
          <div>
            {props.title !== undefined && <h2 class="card-title">{props.title}</h2>}
            {props.lead && <p class="card-lead">{props.lead}</p>}
          </div>
          {props.actions && <div class="buttons">{props.actions}</div>}
        </header>
      )}
      <div class="card-body">{props.children}</div>
      {props.foot && <footer class="card-foot">{props.foot}</footer>}
    </section>
  );
}
