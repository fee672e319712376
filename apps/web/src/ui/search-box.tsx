import type { Children, Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";
import { followersOf, following } from "./region.ts";

/**
 * A search over a list. It is a GET form: the address says what was sought. With scripts the list follows the typing,
 * a quarter of a second behind, and the cursor stays. The key `/` goes to it. Who leaves the field has changed nothing
 * more, so the list is not asked for again: that would take away what was selected in it meanwhile.
 */
export function SearchBox(props: {
  action: string;
  /** What is sought: "Search contacts". */
  label: string;
  /** What stands in the empty field, where the label is too long for a phone; else the label. */
  placeholder?: string | undefined;
  name?: string | undefined;
  value?: string | undefined;
  /** The selector of the region with the results. */
  region: string;
  /** What else the address says and has to keep: order, filters. */
  keep?: Readonly<Record<string, string | undefined>>;
  /** Filters that stand in the same form: selects. */
  children?: Children;
}): Html {
  const { action, region, name = "q" } = props;
  return (
    <form
      class="search"
      role="search"
      method="get"
      action={action}
      hx-get={action}
      hx-trigger="submit, input changed delay:250ms, change changed delay:10ms"
      hx-target={region}
      hx-select={region}
      hx-select-oob={followersOf(region)}
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
    >
      <label class="search-field">
        <span class="visually-hidden">{props.label}</span>
        <Icon name="search" />
        <input
          class="input"
          type="search"
          name={name}
          value={props.value}
          placeholder={props.placeholder ?? props.label}
          maxlength={254}
          autocomplete="off"
          spellcheck={false}
          data-search
        />
        <kbd class="key" aria-hidden="true">
          /
        </kbd>
      </label>
      {props.keep && <Kept region={region} keep={props.keep} />}
      {props.children}
      <noscript>
        <button class="button" data-variant="secondary" type="submit">
          Search
        </button>
      </noscript>
    </form>
  );
}

/** What a click in the region changes without the form: the next search has to keep what the address says by then. */
function Kept(props: { region: string; keep: Readonly<Record<string, string | undefined>> }): Html {
  return (
    <span hidden {...following(props.region, "kept")}>
      {Object.entries(props.keep).map(
        ([key, value]) => value !== undefined && <input type="hidden" name={key} value={value} />,
      )}
    </span>
  );
}
