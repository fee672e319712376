import { is, SQL } from "drizzle-orm";
import { CasingCache } from "drizzle-orm/casing";
import {
  getTableConfig,
  type IndexedColumn,
  type PgColumn,
  PgDialect,
  PgTable,
} from "drizzle-orm/pg-core";
import * as schema from "../../db/schema/index.ts";

/** A table of the database, as the schema that runs describes it. */
export interface TableFacts {
  name: string;
  columns: ColumnFacts[];
  /** Columns of the primary key. */
  key: string[];
  /** "team_id → team.id, on delete cascade" */
  references: string[];
  /** "contact_name (lower(name), id)"; unique ones say so. */
  indexes: string[];
  /** Conditions that every row meets. */
  checks: string[];
}

export interface ColumnFacts {
  name: string;
  type: string;
  /** What a text or an enum may be, where that is a list. */
  values: readonly string[];
  nullable: boolean;
  /** As SQL writes it. */
  default: string | undefined;
}

const CASING = "snake_case";
const casing = new CasingCache(CASING);
const dialect = new PgDialect({ casing: CASING });

/** Every table, by name. It reads the definitions and asks no database. */
export function describeTables(): TableFacts[] {
  return Object.values(schema)
    .filter((exported): exported is typeof exported & PgTable => is(exported, PgTable))
    .map(describe)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(table: PgTable): TableFacts {
  const config = getTableConfig(table);
  const single = config.columns.filter(({ primary }) => primary).map(nameOf);
  const composite = config.primaryKeys.flatMap(({ columns }) => columns.map(nameOf));
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: nameOf(column),
      type: column.getSQLType(),
      values: column.enumValues ?? [],
      nullable: !column.notNull,
      default: defaultOf(column),
    })),
    key: [...single, ...composite],
    references: config.foreignKeys.map((key) => {
      const { columns, foreignColumns, foreignTable } = key.reference();
      const target = `${getTableConfig(foreignTable).name}.${foreignColumns.map(nameOf).join(", ")}`;
      const onDelete = key.onDelete === undefined ? "" : `, on delete ${key.onDelete}`;
      return `${columns.map(nameOf).join(", ")} → ${target}${onDelete}`;
    }),
    indexes: [
      ...config.columns
        .filter(({ isUnique }) => isUnique)
        .map((column) => `${column.uniqueName} (${nameOf(column)}), unique`),
      ...config.indexes.map(({ config: { name = "", unique, columns } }) => {
        const parts = columns.map((part) =>
          is(part, SQL) ? sqlOf(part) : indexedName(part as Partial<IndexedColumn>),
        );
        return `${name} (${parts.join(", ")})${unique ? ", unique" : ""}`;
      }),
    ],
    checks: config.checks.map(({ value }) => sqlOf(value)),
  };
}

function nameOf(column: PgColumn): string {
  return casing.getColumnCasing(column);
}

/** What an index holds of a column is a copy that has lost the rest, but for its name as it was declared. */
function indexedName({ name = "" }: Partial<IndexedColumn>): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function defaultOf(column: PgColumn): string | undefined {
  const value: unknown = column.default;
  if (value === undefined) return undefined;
  if (is(value, SQL)) return sqlOf(value);
  // Of objects and arrays only the empty ones are defaults, and both are written so.
  if (typeof value === "object") return "'{}'";
  return typeof value === "string" ? `'${value}'` : String(value);
}

function sqlOf(expression: SQL): string {
  return dialect.sqlToQuery(expression).sql;
}
