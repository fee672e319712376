import { isId, problem, problemResponse } from "@mailwright/platform";
import {
  parseNothing,
  parseSettingsPatch,
  parseTestMessage,
  type TestResult,
} from "@mailwright/protocol";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { sendTest } from "../gateways/send-test.ts";
import { signedCall } from "../http/signed-call.ts";
import { patchSettings, rewrapSecrets, viewSettings } from "./settings.ts";

export function settingsRoutes(context: Context) {
  const { redis, vault, gateways } = context;
  const view = () => viewSettings(redis, gateways.breakerState);
  return new Elysia({ name: "settings" })
    .get("/v1/settings", ({ request }) => signedCall(context, request, parseNothing, view))
    .patch(
      "/v1/settings",
      ({ request }) =>
        signedCall(context, request, parseSettingsPatch, async (patch) => {
          const fault = await patchSettings(redis, vault, patch);
          gateways.refresh();
          if (fault === undefined) return view();
          const { field, message } = fault;
          return problemResponse(
            problem(422, "The gateways were not changed", { field, detail: message }),
          );
        }),
      { parse: "none" },
    )
    .post(
      "/v1/settings/rewrap",
      ({ request }) =>
        signedCall(context, request, parseNothing, () => rewrapSecrets(redis, vault)),
      { parse: "none" },
    )
    .post(
      "/v1/gateways/:id/messages",
      ({ request, params }) =>
        signedCall(context, request, parseTestMessage, async (message) => {
          const open = isId(params.id) ? await gateways.get(params.id) : undefined;
          if (open === undefined)
            return problemResponse(
              problem(404, "There is no such gateway, or it cannot be opened"),
            );
          return (await sendTest(
            message,
            open,
            context.config.attemptDeadlineMs,
          )) satisfies TestResult;
        }),
      { parse: "none" },
    );
}
