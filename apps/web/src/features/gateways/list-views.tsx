import type { Children, Html } from "@mailwright/html";
import { type GatewayKind, ROUTE } from "@mailwright/protocol";
import { Badge } from "../../ui/badge.tsx";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { dialogLink } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatCount } from "../../ui/format.ts";
import { MenuButton, MenuLink, MenuSeparator, MenuWithButton } from "../../ui/menu.tsx";
import { LinkList } from "../../ui/link-list.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { type Tab, Tabs } from "../../ui/tabs.tsx";
import { Table } from "../../ui/table.tsx";
import type { Gateway } from "./gateways.ts";

export const GATEWAYS = "/settings/gateways";

/** What the reader of the gateways' pages may do. */
export interface Rights {
  change: boolean;
  test: boolean;
}

function Header(props: { tabs: readonly Tab[]; actions?: Children }): Html {
  return (
    <>
      <PageHeader title="Settings" lead="How this installation sends." actions={props.actions} />
      <Tabs label="Settings" tabs={props.tabs} />
    </>
  );
}

export function GatewaysPage(props: {
  tabs: readonly Tab[];
  csrf: string;
  gateways: readonly Gateway[];
  rights: Rights;
}): Html {
  const { tabs, csrf, gateways, rights } = props;
  const add = rights.change && (
    <LinkButton href={`${GATEWAYS}/new`} variant="primary" icon="plus">
      Add gateway
    </LinkButton>
  );
  return (
    <>
      <Header tabs={tabs} actions={gateways.length > 0 && add} />
      <Table
        caption="Gateways"
        rows={gateways}
        href={({ id }) => `${GATEWAYS}/${id}`}
        empty={
          <EmptyState icon="plug" title="No gateway yet" action={add}>
            A gateway is an account at an email service. Campaigns are sent through one.
          </EmptyState>
        }
        columns={[
          { label: "Name", primary: true, cell: ({ name }) => name },
          {
            label: "Default",
            cell: (gateway) => gateway.default && <Badge tone="accent">Default</Badge>,
          },
          { label: "Kind", cell: ({ title }) => title, wide: true },
          { label: "State", cell: (gateway) => <GatewayState gateway={gateway} /> },
          { label: "Rate", cell: rateOf },
          {
            label: "Actions",
            quiet: true,
            align: "end",
            cell: (gateway) => <Actions gateway={gateway} csrf={csrf} rights={rights} />,
          },
        ]}
      />
    </>
  );
}

/** Whether emails get through, in one badge and a word on why not. */
export function GatewayState(props: {
  gateway: Gateway;
  /** Many attempts come to nothing; known on the gateway's own page only. */
  failing?: boolean;
}): Html {
  const { breaker, complete, missing } = props.gateway;
  if (!complete) {
    return (
      <span class="row">
        <Badge tone="warning" icon="triangle-alert">
          Not set up
        </Badge>
        {missing.length > 0 && (
          <span class="small">{`Missing: ${missing.map(({ label }) => label).join(", ")}`}</span>
        )}
      </span>
    );
  }
  switch (breaker) {
    case "closed":
      return props.failing === true ? (
        <Badge tone="warning" icon="triangle-alert">
          Many attempts fail
        </Badge>
      ) : (
        <Badge tone="success" icon="circle-check">
          Ready
        </Badge>
      );
    case "half-open":
      return (
        <Badge tone="warning" icon="hourglass">
          Being tried again
        </Badge>
      );
    case "open":
      return (
        <Badge tone="danger" icon="circle-pause">
          Left alone for now
        </Badge>
      );
  }
}

export function rateOf({ kind, rate_per_second: rate }: Gateway): string {
  if (kind === ROUTE) return "By its gateways";
  return rate === null ? "No limit" : perSecond(rate);
}

export function perSecond(rate: number): string {
  return `${formatCount(rate)} a second`;
}

function Actions(props: { gateway: Gateway; csrf: string; rights: Rights }): Html | null {
  const { gateway, csrf, rights } = props;
  const address = `${GATEWAYS}/${gateway.id}`;
  if (!rights.change && !rights.test) return null;
  return (
    <MenuWithButton id={`gateway-${gateway.id}`} label={`Actions for ${gateway.name}`}>
      {rights.change && (
        <MenuLink href={address} icon="pencil">
          Edit
        </MenuLink>
      )}
      {rights.test && (
        <MenuLink href={`${address}/test`} icon="mail-check">
          Send a test
        </MenuLink>
      )}
      {rights.change && !gateway.default && (
        <MenuButton action={`${address}/default`} csrf={csrf} icon="check">
          Make default
        </MenuButton>
      )}
      {rights.change && (
        <>
          <MenuSeparator />
          <MenuLink {...dialogLink(`${address}/remove`)} icon="trash-2" danger>
            Remove
          </MenuLink>
        </>
      )}
    </MenuWithButton>
  );
}

/** What stands on any of these pages while the email client, which keeps the gateways, does not answer. */
export function NotReachedPage(props: { tabs: readonly Tab[]; path: string; why: string }): Html {
  return (
    <>
      <Header tabs={props.tabs} />
      <Callout
        tone="warning"
        title="The email client does not answer"
        action={
          <LinkButton href={props.path} size="sm" icon="refresh-cw">
            Try again
          </LinkButton>
        }
      >
        {`It keeps the gateways, so they cannot be shown or changed now: ${props.why}. Nothing is lost.`}
      </Callout>
    </>
  );
}

/** The first step to a new gateway. */
export function KindsPage(props: { kinds: readonly GatewayKind[] }): Html {
  return (
    <>
      <PageHeader
        title="Add a gateway"
        crumbs={[{ href: GATEWAYS, label: "Gateways" }]}
        lead="Through whom do you send?"
      />
      <LinkList
        links={props.kinds.map(({ kind, title, description }) => ({
          href: `${GATEWAYS}/new?kind=${encodeURIComponent(kind)}`,
          title,
          about: description,
        }))}
      />
    </>
  );
}
