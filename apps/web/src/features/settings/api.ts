import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, InvalidInputError } from "../../http/faults.ts";
import { SettingsPatch, SettingsView } from "./forms.ts";
import { changeSettings, readSettings, revisionOf, type Settings } from "./settings.ts";

export function settingsApi(context: Context) {
  const { db } = context;
  return new Elysia({ name: "settings-api", prefix: "/api/v1/settings" })
    .use(api(context))
    .get("/", async () => viewOf(await readSettings(db)), {
      permission: "settings:read",
      response: { 200: SettingsView },
      detail: { summary: "Read the settings", tags: ["Settings"] },
    })
    .patch(
      "/",
      async ({ body: { revision, ...changes } }) => {
        const changed = await changeSettings(db, changes, revision);
        switch (changed.kind) {
          case "changed":
            return viewOf(changed.settings);
          case "changed meanwhile":
            throw new ConflictError(
              "Somebody else changed the settings meanwhile. Read them, and make the change from there.",
            );
          case "refused":
            throw new InvalidInputError(
              Object.fromEntries(
                Object.entries(changed.faults).map(([name, message]) => [`retry.${name}`, message]),
              ),
            );
        }
      },
      {
        permission: "settings:write",
        body: SettingsPatch,
        response: { 200: SettingsView },
        detail: { summary: "Change some of the settings", tags: ["Settings"] },
      },
    );
}

function viewOf(settings: Settings) {
  return { ...settings, revision: revisionOf(settings) };
}
