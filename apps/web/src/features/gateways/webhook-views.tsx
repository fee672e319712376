import type { Html } from "@mailwright/html";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { type Gateway, isSet } from "./gateways.ts";

/** Where a provider tells what became of emails, and what makes it do so; nothing where it tells nothing. */
export function WebhookCard(props: { gateway: Gateway; url: string }): Html | null {
  const { gateway, url } = props;
  if (gateway.webhook === undefined) return null;
  const proof = gateway.fields.find(({ name }) => name.startsWith("webhook_"));
  const isProven = proof === undefined || isSet(gateway, proof);
  return (
    <Card
      title="What comes back"
      lead="Deliveries, bounces and complaints that the service tells of."
      actions={
        <Badge tone={isProven ? "success" : "neutral"}>
          {isProven ? "Believed" : "Not set up"}
        </Badge>
      }
    >
      <div class="stack" data-gap="sm">
        <p class="small">{gateway.webhook}</p>
        <p class="small">
          <Copyable text={url} label="Copy the address for webhooks" />
        </p>
        {!isProven && proof !== undefined && (
          <p class="muted small">{`Nothing is believed until “${proof.label}” is set.`}</p>
        )}
      </div>
    </Card>
  );
}
