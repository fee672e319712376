import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { InvalidInputError } from "../../http/faults.ts";
import { SettingsPatch, SettingsView } from "./forms.ts";
import { changeSettings, readSettings } from "./settings.ts";

export function settingsApi(context: Context) {
  const { db } = context;
  return new Elysia({ name: "settings-api", prefix: "/api/v1/settings" })
    .use(api(context))
    .get("/", () => readSettings(db), {
      permission: "settings:read",
      response: { 200: SettingsView },
      detail: { summary: "Read the settings", tags: ["Settings"] },
    })
    .patch(
      "/",
      async ({ body }) => {
        const changed = await changeSettings(db, body);
        if (changed.ok) return changed.settings;
        throw new InvalidInputError(
          Object.fromEntries(
            Object.entries(changed.faults).map(([name, message]) => [`retry.${name}`, message]),
          ),
        );
      },
      {
        permission: "settings:write",
        body: SettingsPatch,
        response: { 200: SettingsView },
        detail: { summary: "Change some of the settings", tags: ["Settings"] },
      },
    );
}
