import type { Children, Html } from "@mailwright/html";

/** Names and values: what is known about one thing. `null` and `undefined` show as a dash. */
export function Definitions(props: {
  items: readonly (readonly [name: string, value: Children])[];
}): Html {
  return (
    <dl class="definitions">
      {props.items.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value ?? <span class="muted">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
