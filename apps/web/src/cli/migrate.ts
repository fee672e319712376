import { migrateDatabase } from "../db/migrate.ts";
import type { Command } from "./command.ts";

export const migrate: Command = {
  usage: "migrate",
  does: "brings the database to the newest migration",
  async run(_given, { context, print }) {
    await migrateDatabase(context.config.databaseUrl, context.log);
    print("The database is up to date.");
    return 0;
  },
};
