import { isId, problem, problemResponse } from "@mailwright/platform";
import {
  type CheckResult,
  type GatewayFeedback,
  type GatewayTraffic,
  parseNothing,
  parseSettingsPatch,
  parseTestMessage,
  type SettingFaults,
  type TestResult,
} from "@mailwright/protocol";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { readFeedback } from "../feedback/feedback.ts";
import type { OpenGateway } from "../gateways/registry.ts";
import { checkConnection, sendTest } from "../gateways/send-test.ts";
import { readTraffic } from "../gateways/traffic.ts";
import { signedCall } from "../http/signed-call.ts";
import { isConflict } from "./overtaken.ts";
import { validateSettings, patchSettings, rewrapSecrets, viewSettings } from "./settings.ts";

/** The longest test message fits, two million characters as HTML and as text, where each of them takes six octets as JSON. */
const MESSAGE_LIMIT = 24 * 1024 * 1024;

export function settingsRoutes(context: Context) {
  const { redis, vault, gateways, outbound } = context;
  const view = () => viewSettings(redis, gateways.breakerState);
  return new Elysia({ name: "settings" })
    .get("/v1/settings", ({ request }) => signedCall(context, request, parseNothing, view))
    .patch(
      "/v1/settings",
      ({ request }) =>
        signedCall(context, request, parseSettingsPatch, async (patch) => {
          const errors = await patchSettings(redis, vault, patch, outbound);
          gateways.refresh();
          const [first] = errors;
          if (first === undefined) return view();
          const { field, message } = first;
          return problemResponse(
            problem(isConflict(errors) ? 409 : 422, "The gateways were not changed", {
              field,
              detail: message,
              errors,
            }),
          );
        }),
      { parse: "none" },
    )
    .post(
      "/v1/settings/validate",
      ({ request }) =>
        signedCall(context, request, parseSettingsPatch, async (patch): Promise<SettingFaults> => ({
          errors: await validateSettings(redis, vault, patch, outbound),
        })),
      { parse: "none" },
    )
    .post(
      "/v1/settings/rewrap",
      ({ request }) =>
        signedCall(context, request, parseNothing, () => rewrapSecrets(redis, vault)),
      { parse: "none" },
    )
    .get("/v1/gateways/:id/traffic", ({ request, params }) =>
      signedCall(context, request, parseNothing, () => traffic(context, params.id)),
    )
    .get("/v1/gateways/:id/feedback", ({ request, params }) =>
      signedCall(context, request, parseNothing, () => feedback(context, params.id)),
    )
    .post(
      "/v1/gateways/:id/messages",
      ({ request, params }) =>
        signedCall(
          context,
          request,
          parseTestMessage,
          (message) =>
            withGateway(context, params.id, async (open): Promise<TestResult> =>
              sendTest(message, open, context.config.attemptDeadlineMs),
            ),
          MESSAGE_LIMIT,
        ),
      { parse: "none" },
    )
    .post(
      "/v1/gateways/:id/check",
      ({ request, params }) =>
        signedCall(context, request, parseNothing, () =>
          withGateway(context, params.id, async (open): Promise<CheckResult> =>
            checkConnection(open, context.config.attemptDeadlineMs),
          ),
        ),
      { parse: "none" },
    );
}

/** Of a gateway that cannot be opened too: what it came to is why one looks. */
async function traffic({ redis, clock }: Context, id: string): Promise<GatewayTraffic | Response> {
  const read = isId(id) ? await readTraffic(redis, id, clock.now()) : undefined;
  return read ?? problemResponse(problem(404, "There is no such gateway"));
}

async function feedback(
  { redis, clock }: Context,
  id: string,
): Promise<GatewayFeedback | Response> {
  const read = isId(id) ? await readFeedback(redis, id, clock.now()) : undefined;
  return read ?? problemResponse(problem(404, "There is no such gateway"));
}

async function withGateway<T>(
  { gateways }: Context,
  id: string,
  answer: (open: OpenGateway) => Promise<T>,
): Promise<T | Response> {
  // Through a route, whichever comes first.
  const open = isId(id) ? (await gateways.through(id))[0]?.open : undefined;
  if (open !== undefined) return answer(open);
  return problemResponse(problem(404, "There is no such gateway, or it cannot be opened"));
}
