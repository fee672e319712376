import { eq, getTableColumns, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { setting } from "../../db/schema/settings.ts";

const { id: ROW, updated_at: _updatedAt, ...SETTINGS } = getTableColumns(setting);

export type SettingRow = Omit<typeof setting.$inferSelect, "id" | "updated_at">;

export async function selectSettings(db: Queryable): Promise<SettingRow> {
  return there(await db.select(SETTINGS).from(setting).where(eq(ROW, 1)));
}

/** The same, the row locked until the transaction ends. */
export async function lockSettings(tx: Queryable): Promise<SettingRow> {
  return there(await tx.select(SETTINGS).from(setting).where(eq(ROW, 1)).for("update"));
}

export async function updateSettings(db: Queryable, changes: Partial<SettingRow>): Promise<void> {
  await db
    .update(setting)
    .set({ ...changes, updated_at: sql`now()` })
    .where(eq(ROW, 1));
}

function there([row]: SettingRow[]): SettingRow {
  if (row === undefined)
    throw new Error("the row of settings, which the first migration makes, is gone");
  return row;
}
