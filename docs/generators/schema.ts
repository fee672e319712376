import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ColumnFacts,
  describeTables,
  type TableFacts,
} from "../../apps/web/src/features/developer/schema-queries.ts";
import { code, GENERATED, page, table } from "./markdown.ts";

const SCHEMA = join(import.meta.dir, "../../apps/web/src/db/schema");

/** Every table and column of web's database, as the schema says, with what its sources say about them. */
export function schemaPage(): string {
  const remarks = readRemarks();
  return page(
    "# The database of web",
    GENERATED,
    "Postgres is the truth of every campaign. The triggers and partitions that belong to these tables are in the migrations (`drizzle/`).",
    ...describeTables().flatMap((facts) => [
      `## ${facts.name}`,
      remarks.get(facts.name) ?? "",
      table(
        ["Column", "Type", "Null", "Default", "What it is"],
        facts.columns.map((column) => [
          code(column.name),
          typeOf(column),
          column.nullable ? "yes" : "",
          code(column.default ?? ""),
          remarks.get(`${facts.name}.${column.name}`) ?? "",
        ]),
      ),
      rulesOf(facts),
    ]),
  );
}

function typeOf({ type, values }: ColumnFacts): string {
  return values.length === 0 ? type : `${type}: ${values.map(code).join(", ")}`;
}

function rulesOf({ key, references, indexes, checks }: TableFacts): string {
  return [
    `- Key: ${key.map(code).join(", ")}`,
    ...references.map((reference) => `- Reference: ${code(reference)}`),
    ...indexes.map((index) => `- Index: ${code(index)}`),
    ...checks.map((check) => `- Check: ${code(check)}`),
  ].join("\n");
}

/** What the sources say in comments of a table and of its columns: by `table` and `table.column`. */
function readRemarks(): Map<string, string> {
  const remarks = new Map<string, string>();
  const comment = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*`;
  const tables = new RegExp(`(?:${comment})?export const \\w+ = pgTable\\(\\s*"(\\w+)"`, "g");
  const columns = new RegExp(`${comment}(\\w+): `, "g");
  for (const file of globSync("*.ts", { cwd: SCHEMA }).toSorted()) {
    const text = readFileSync(join(SCHEMA, file), "utf8");
    const found = [...text.matchAll(tables)];
    for (const [index, { 0: head, 1: remark, 2: name = "", index: start }] of found.entries()) {
      if (remark !== undefined) remarks.set(name, plain(remark));
      const body = text.slice(start + head.length, found[index + 1]?.index);
      for (const [, said = "", column = ""] of body.matchAll(columns))
        remarks.set(`${name}.${snakeCase(column)}`, plain(said));
    }
  }
  return remarks;
}

function plain(comment: string): string {
  return comment.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim();
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
