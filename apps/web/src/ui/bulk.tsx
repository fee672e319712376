import type { Children, Html } from "@mailwright/html";
import { CsrfField } from "./form.tsx";

/**
 * A table whose rows can be selected, and what can be done with the selected ones. The bar appears with the first box
 * that is checked; each button says by `formaction` where it posts. The form stands beside the table, not around it,
 * so that rows may hold forms of their own: give its `id` to the table's `selection` too.
 */
export function Bulk(props: {
  id: string;
  csrf: string;
  /** What is selected, in the plural: "contacts". */
  noun: string;
  /** Buttons with a `formaction`, or a field and a button. */
  actions: Children;
  /** The table. */
  children: Children;
}): Html {
  return (
    <div class="bulk" data-bulk>
      {props.children}
      <form
        class="bulk-bar"
        id={props.id}
        method="post"
        aria-label={`What to do with the selected ${props.noun}`}
      >
        <CsrfField csrf={props.csrf} />
        {/* Enter on a box presses the first button. What is done to rows is chosen, so this one does nothing: it would close a dialog. */}
        <button
          class="visually-hidden"
          type="submit"
          formmethod="dialog"
          formnovalidate
          tabindex={-1}
          aria-hidden
        >
          Nothing
        </button>
        <p class="bulk-count" data-bulk-count aria-live="polite">
          Selected {props.noun}
        </p>
        <div class="buttons">{props.actions}</div>
      </form>
    </div>
  );
}
