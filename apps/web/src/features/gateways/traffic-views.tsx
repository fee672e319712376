import type { Html } from "@mailwright/html";
import { type GatewayTraffic, ROUTE } from "@mailwright/protocol";
import { Card } from "../../ui/card.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { formatCount, formatDuration } from "../../ui/format.ts";
import { Table } from "../../ui/table.tsx";
import type { Gateway } from "./gateways.ts";
import { GatewayState, perSecond, rateOf } from "./list-views.tsx";
import { OUTCOME_NAMES } from "./outcome-words.ts";
import { isFailingLately, outcomeCounts, type Traffic } from "./traffic.ts";

/** How a gateway stands now: whether emails get through, how fast, and what the last ones came to. */
export function Standing(props: { gateway: Gateway; traffic: Traffic }): Html {
  const { gateway, traffic } = props;
  // A route has no rate and no attempts of its own: they are those of its gateways.
  const isRoute = gateway.kind === ROUTE;
  const failing = !isRoute && traffic.kind === "seen" && isFailingLately(traffic.traffic);
  return (
    <>
      <Card title="Now">
        <Definitions
          items={[
            ["State", <GatewayState gateway={gateway} failing={failing} />],
            ...(isRoute ? [] : ratesOf(gateway)),
          ]}
        />
        {gateway.breaker !== "closed" && (
          <p class="muted small">
            It failed or refused too often in a row, so it is given a rest and then tried with one
            email. New credentials are tried at once.
          </p>
        )}
      </Card>
      {traffic.kind === "seen" && traffic.traffic.slowed.length > 0 && (
        <SlowedDown traffic={traffic.traffic} />
      )}
      {!isRoute && <Outcomes traffic={traffic} />}
    </>
  );
}

function ratesOf(gateway: Gateway): [string, string][] {
  const { domain_rate_per_second: rate, domain_rates } = gateway;
  const single = Object.entries(domain_rates).map(([domain, own]) => `${domain} ${perSecond(own)}`);
  const named = single.slice(0, MOST_NAMED).join(", ");
  const more = single.length - MOST_NAMED;
  return [
    ["Rate", rateOf(gateway)],
    ...(rate === null ? [] : [["Each domain", perSecond(rate)] as [string, string]]),
    ...(single.length === 0
      ? []
      : [["Single domains", more > 0 ? `${named} and ${more} more` : named] as [string, string]]),
  ];
}

/** So many domains are named; the form has all of them. */
const MOST_NAMED = 5;

function SlowedDown(props: { traffic: GatewayTraffic }): Html {
  const { slowed, at } = props.traffic;
  return (
    <Card
      title="Slowed down"
      lead="It said that this was too much. So the rate was halved, and comes back step by step."
    >
      <Definitions
        items={slowed.map(({ domain, rate_per_second: rate, until }): [string, string] => [
          perSecond(rate),
          `${domain ?? "All emails"}: whole again in ${formatDuration(Math.max(0, until - at))}`,
        ])}
      />
    </Card>
  );
}

function Outcomes(props: { traffic: Traffic }): Html {
  const { traffic } = props;
  const counts = traffic.kind === "seen" ? outcomeCounts(traffic.traffic) : [];
  return (
    <Card title="Recent attempts">
      <Table
        caption="What attempts came to"
        rows={counts}
        empty={<p class="muted small">{whyEmpty(traffic)}</p>}
        columns={[
          { label: "Outcome", primary: true, cell: ({ outcome }) => OUTCOME_NAMES[outcome] },
          { label: "5 min", align: "end", cell: ({ lately }) => formatCount(lately) },
          { label: "Hour", align: "end", cell: ({ inAll }) => formatCount(inAll) },
        ]}
      />
    </Card>
  );
}

function whyEmpty(traffic: Traffic): string {
  switch (traffic.kind) {
    case "seen":
      return "None in the last hour.";
    case "unknown":
      return "The email client cannot tell.";
    case "unreachable":
      return `The email client did not tell: ${traffic.why}.`;
  }
}
