import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { NotFoundError } from "../../http/faults.ts";
import { ById } from "../../http/params.ts";
import { FeedbackView, feedbackView, TrafficView, trafficView } from "./api-forms.ts";
import { readFeedback } from "./feedback.ts";
import { gatewaysToAsk, notReached } from "./reach-api.ts";
import { readTraffic } from "./traffic.ts";

/** How a gateway stands: what its attempts come to, and whether what becomes of its emails comes back. */
export function gatewayStandingApi(context: Context) {
  const { one } = gatewaysToAsk(context);
  const tags = ["Gateways"];

  return new Elysia({ name: "gateway-standing-api", prefix: "/api/v1/gateways" })
    .use(api(context))
    .get(
      "/:id/traffic",
      async ({ params }) => {
        const seen = await readTraffic(context, await one(params.id));
        switch (seen.kind) {
          case "seen":
            return trafficView(seen.traffic);
          case "unknown":
            throw new NotFoundError();
          case "unreachable":
            return notReached(seen.why);
        }
      },
      {
        permission: "gateways:read",
        params: ById,
        response: { 200: TrafficView },
        detail: {
          summary: "How a gateway fares: what is slowed down, and the last hour's outcomes",
          tags,
        },
      },
    )
    .get(
      "/:id/feedback",
      async ({ params }) => {
        const asked = await readFeedback(context, await one(params.id));
        switch (asked.kind) {
          case "answered":
            return feedbackView(asked.result);
          case "unknown":
            throw new NotFoundError();
          case "refused":
          case "unreachable":
            return notReached(asked.why);
        }
      },
      {
        permission: "gateways:read",
        params: ById,
        response: { 200: FeedbackView },
        detail: {
          summary: "Whether what becomes of a gateway's emails comes back, and what it came to",
          tags,
        },
      },
    );
}
