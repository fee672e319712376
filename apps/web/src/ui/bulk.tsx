import type { Children, Html } from "@mailwright/html";
import { CsrfField } from "./form.tsx";

/**
 * A form around a table with boxes. The bar with its buttons appears with the first box that is checked; each button
 * says by `formaction` what is done with the chosen rows.
 */
export function BulkForm(props: {
  csrf: string;
  /** What is chosen, in the plural: "contacts". */
  noun: string;
  /** Buttons with a `formaction`, or a field and a button. */
  actions: Children;
  children: Children;
}): Html {
  return (
    <form class="bulk" method="post" data-bulk>
      <CsrfField csrf={props.csrf} />
      {props.children}
      <div class="bulk-bar" role="group" aria-label={`What to do with the chosen ${props.noun}`}>
        <p class="bulk-count" data-bulk-count aria-live="polite">
          Chosen {props.noun}
        </p>
        <div class="buttons">{props.actions}</div>
      </div>
    </form>
  );
}
