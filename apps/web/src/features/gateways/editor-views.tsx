import type { Html } from "@mailwright/html";
import {
  type GatewayFeedback,
  type GatewayField,
  type GatewayKind,
  ROUTE,
} from "@mailwright/protocol";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { CheckboxField } from "../../ui/choice.tsx";
import { Definitions } from "../../ui/definitions.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import {
  CsrfField,
  field,
  Form,
  FormActions,
  FormSection,
  type FormState,
} from "../../ui/form.tsx";
import { TextField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { CheckOutcome } from "./check-views.tsx";
import type { Checked } from "./connection-check.ts";
import { FeedbackCard } from "./feedback-views.tsx";
import { groupsOf, ofAccount } from "./field-groups.ts";
import { Secret, Setting } from "./field-views.tsx";
import { type Gateway, isSet } from "./gateways.ts";
import { GATEWAYS, type Rights } from "./list-views.tsx";
import type { Asked } from "./reach.ts";
import { Sending } from "./sending-views.tsx";
import type { Traffic } from "./traffic.ts";
import { Standing } from "./traffic-views.tsx";

const CRUMBS = [{ href: GATEWAYS, label: "Gateways" }];

export function NewGatewayPage(props: {
  csrf: string;
  kind: GatewayKind;
  form: FormState;
  /** Whether there are others, so that it is a question which is the default. */
  others: boolean;
  /** Of a form that was sent before: what was made then is not made twice. */
  id?: string | undefined;
}): Html {
  const { csrf, kind, form, others, id } = props;
  return (
    <>
      <PageHeader
        title="Add a gateway"
        crumbs={CRUMBS}
        lead={`${kind.title}: ${kind.description}`}
      />
      <Card>
        <Form
          action={GATEWAYS}
          csrf={csrf}
          label="Gateway"
          guard
          unsaved={form.unsaved}
          errors={form.errors}
        >
          <input type="hidden" name="kind" value={kind.kind} />
          {id !== undefined && <input type="hidden" name="id" value={id} />}
          <Account form={form} fields={kind.fields} isRoute={kind.kind === ROUTE} />
          {kind.kind !== ROUTE && <Sending form={form} />}
          {others && (
            <CheckboxField
              {...field(form, "default")}
              label="Make it the default"
              hint="Campaigns that name no gateway go through the default one."
              checked={form.values?.["default"] === "on"}
              optional
            />
          )}
          <FormActions submit="Add gateway" cancel={GATEWAYS} />
        </Form>
      </Card>
    </>
  );
}

export interface GatewayPageProps {
  csrf: string;
  gateway: Gateway;
  form: FormState;
  /** Somebody else has changed the gateway since the form was opened. */
  stale: boolean;
  rights: Rights;
  /** Where its provider tells what became of emails. */
  webhookUrl: string;
  traffic: Traffic;
  feedback: Asked<GatewayFeedback>;
  /** What a check of the connection just came to. */
  checked?: Checked | undefined;
}

export function GatewayPage(props: GatewayPageProps): Html {
  const { csrf, gateway, form, rights, webhookUrl, checked } = props;
  const address = `${GATEWAYS}/${gateway.id}`;
  return (
    <>
      <PageHeader
        title={gateway.name}
        crumbs={CRUMBS}
        badge={gateway.default && <Badge tone="accent">Default</Badge>}
        lead={gateway.title}
        actions={<Actions {...props} />}
      />
      {props.stale && <ChangedMeanwhile what="this gateway" href={address} />}
      {checked && <CheckOutcome isRoute={gateway.kind === ROUTE} checked={checked} />}
      <div class="columns" data-split="aside">
        {rights.change ? (
          <Card>
            <Form
              action={address}
              csrf={csrf}
              label="Gateway"
              guard
              unsaved={form.unsaved}
              errors={form.errors}
            >
              <input type="hidden" name="seen" value={form.values?.["seen"] ?? ""} />
              <Account
                form={form}
                fields={gateway.fields}
                gateway={gateway}
                isRoute={gateway.kind === ROUTE}
              />
              {gateway.kind !== ROUTE && <Sending form={form} />}
              <FormActions submit="Save gateway" cancel={GATEWAYS} />
            </Form>
          </Card>
        ) : (
          <Facts gateway={gateway} />
        )}
        <div class="stack">
          <Standing gateway={gateway} traffic={props.traffic} />
          <FeedbackCard gateway={gateway} url={webhookUrl} feedback={props.feedback} />
        </div>
      </div>
    </>
  );
}

function Actions({ csrf, gateway, rights }: GatewayPageProps): Html {
  const address = `${GATEWAYS}/${gateway.id}`;
  return (
    <>
      {rights.change && (
        <ConfirmLink href={`${address}/remove`} variant="ghost" icon="trash-2">
          Remove
        </ConfirmLink>
      )}
      {rights.change && !gateway.default && (
        <form method="post" action={`${address}/default`}>
          <CsrfField csrf={csrf} />
          <Button icon="check">Make default</Button>
        </form>
      )}
      {rights.test && (
        <form method="post" action={`${address}/check`}>
          <CsrfField csrf={csrf} />
          <Button icon="plug">
            {gateway.kind === ROUTE ? "Check connections" : "Check connection"}
          </Button>
        </form>
      )}
      {rights.test && (
        <LinkButton href={`${address}/test`} icon="mail-check">
          Send a test
        </LinkButton>
      )}
    </>
  );
}

const ACCOUNT = {
  title: "Account",
  lead: "Where the service is reached, and how it knows you. What is secret is encrypted and never shown again.",
};
const WEIGHTS = {
  title: "Gateways",
  lead: "Each attempt goes through one of them, drawn by weight among those that can take it. What one of them did not take may go through another the next time; what one of them may have taken never does.",
};

function Account(props: {
  form: FormState;
  fields: readonly GatewayField[];
  gateway?: Gateway | undefined;
  isRoute: boolean;
}): Html {
  const { form, fields, gateway, isRoute } = props;
  const inputs = (some: readonly GatewayField[]) =>
    some.map((one) =>
      one.secret ? (
        <Secret form={form} field={one} stored={gateway !== undefined && isSet(gateway, one)} />
      ) : (
        <Setting form={form} field={one} />
      ),
    );
  return (
    <>
      <FormSection {...(isRoute ? WEIGHTS : ACCOUNT)}>
        <TextField
          {...field(form, "name")}
          label="Name"
          hint="What it is called here."
          maxlength={100}
          autofocus={gateway === undefined}
        />
        {inputs(ofAccount(fields))}
      </FormSection>
      {groupsOf(fields).map(({ title, lead, guide, fields: some }) => (
        <FormSection
          title={title}
          lead={
            <>
              {lead} <a href={guide}>How to set it up</a>
            </>
          }
        >
          {inputs(some)}
        </FormSection>
      ))}
    </>
  );
}

function Facts(props: { gateway: Gateway }): Html {
  const { gateway } = props;
  const facts = (fields: readonly GatewayField[]) => (
    <Definitions
      items={fields.map((one): [string, string | undefined] => [
        one.label,
        shownValue(gateway, one),
      ])}
    />
  );
  return (
    <div class="stack">
      <Card title="Account" lead="An owner or admin can change this.">
        {facts(ofAccount(gateway.fields))}
      </Card>
      {groupsOf(gateway.fields).map(({ title, fields }) => (
        <Card title={title}>{facts(fields)}</Card>
      ))}
    </div>
  );
}

/** Of a secret and of what is long, only whether it is set. */
function shownValue(gateway: Gateway, field: GatewayField): string | undefined {
  if (field.secret || field.type === "multiline") return isSet(gateway, field) ? "Set" : undefined;
  const value = gateway.settings[field.name];
  const { options } = field;
  if (options === undefined) return value;
  return (options.find((one) => one.value === value) ?? options[0])?.label;
}
