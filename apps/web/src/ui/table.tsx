import type { Children, Html } from "@mailwright/html";
import { Icon } from "./icon.tsx";
import { regionLink } from "./region.ts";

export interface Column<Row> {
  /** The heading, and the label of the cell on a phone. */
  label: string;
  cell: (row: Row) => Children;
  /** `end` for numbers. */
  align?: "start" | "end" | undefined;
  /** The name this column is sorted by; without it it cannot be. */
  sort?: string | undefined;
  /** The first thing one looks for: it carries the row's link and heads its card on a phone. One a table. */
  primary?: boolean | undefined;
  /** Leave the heading to screen readers: `true` for the button of a menu, `words` for buttons that say what they do. */
  quiet?: true | "words" | undefined;
  /** Left out on a phone. */
  wide?: boolean | undefined;
}

export interface Sorting {
  by: string;
  direction: "ascending" | "descending";
  /** The address of the same list in another order. */
  href: (by: string, direction: "ascending" | "descending") => string;
}

export interface Selection<Row> {
  /** The id of the `Bulk` around the table. */
  form: string;
  /** The name under which the boxes are sent. */
  name: string;
  value: (row: Row) => string;
  /** What a box chooses, for a screen reader. */
  label: (row: Row) => string;
}

/**
 * Rows of data. On a phone every row becomes a card, headed by its primary cell. An empty table shows `empty` instead:
 * an `EmptyState` that says why and what to do.
 */
export function Table<Row>(props: {
  /** What the rows are, for a screen reader: "Contacts". */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  empty: Html;
  /** Where a row leads; its whole width can be clicked. */
  href?: ((row: Row) => string) | undefined;
  /** The id of a row's element, when rows are swapped one by one. */
  rowId?: ((row: Row) => string) | undefined;
  sorting?: Sorting | undefined;
  /** The selector of the region that sorting replaces. */
  region?: string | undefined;
  selection?: Selection<Row> | undefined;
}): Html {
  if (props.rows.length === 0) return props.empty;
  const { columns, selection } = props;
  return (
    <div class="table-frame">
      <table class="table">
        <caption class="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {selection && (
              <th class="table-select" scope="col">
                <input type="checkbox" aria-label="Select all on this page" data-select-all />
              </th>
            )}
            {columns.map((column) => (
              <Heading column={column} sorting={props.sorting} region={props.region} />
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr id={props.rowId?.(row)} data-linked={props.href && true}>
              {selection && (
                <td class="table-select">
                  <input
                    type="checkbox"
                    form={selection.form}
                    name={selection.name}
                    value={selection.value(row)}
                    aria-label={`Select ${selection.label(row)}`}
                    data-select
                  />
                </td>
              )}
              {columns.map((column) => (
                <Cell column={column} row={row} href={props.href} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>(props: {
  column: Column<Row>;
  sorting: Sorting | undefined;
  region: string | undefined;
}): Html {
  const { column, sorting, region } = props;
  const common = { scope: "col", "data-align": column.align, "data-wide": column.wide };
  if (column.sort === undefined || sorting === undefined) {
    return (
      <th {...common}>
        {column.quiet ? <span class="visually-hidden">{column.label}</span> : column.label}
      </th>
    );
  }
  const current = sorting.by === column.sort ? sorting.direction : undefined;
  const next = current === "ascending" ? "descending" : "ascending";
  return (
    <th {...common} aria-sort={current}>
      <a class="table-sort" {...regionLink(sorting.href(column.sort, next), region, "replace")}>
        {column.label}
        <Icon name={sortIcon(current)} />
      </a>
    </th>
  );
}

function sortIcon(direction: Sorting["direction"] | undefined) {
  if (direction === undefined) return "chevrons-up-down";
  return direction === "ascending" ? "arrow-up" : "arrow-down";
}

function Cell<Row>(props: {
  column: Column<Row>;
  row: Row;
  href: ((row: Row) => string) | undefined;
}): Html {
  const { column, row, href } = props;
  const content = column.cell(row);
  return (
    <td
      data-label={column.quiet ? undefined : column.label}
      data-align={column.align}
      data-primary={column.primary}
      data-quiet={column.quiet}
      data-wide={column.wide}
    >
      {column.primary === true && href !== undefined ? (
        <a class="table-link" href={href(row)}>
          {content}
        </a>
      ) : (
        content
      )}
    </td>
  );
}
