import type { Children, Html } from "@mailwright/html";
import { ROUTE, type TestResult } from "@mailwright/protocol";
import { Callout } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { field, Form, FormActions, type FormState } from "../../ui/form.tsx";
import { EmailField } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import type { MessageTone } from "../../ui/tone.ts";
import { titleOf } from "./check-views.tsx";
import type { Gateway } from "./gateways.ts";
import { GATEWAYS } from "./list-views.tsx";
import { TEST_TITLES, UNCLEAR } from "./outcome-words.ts";
import type { Asked } from "./reach.ts";
import type { Tested } from "./test-message.ts";

export function TestPage(props: {
  csrf: string;
  gateway: Gateway;
  form: FormState;
  /** What became of the test that was just sent. */
  tested?: Tested | undefined;
}): Html {
  const { csrf, gateway, form, tested } = props;
  const address = `${GATEWAYS}/${gateway.id}`;
  return (
    <>
      <PageHeader
        title="Send a test"
        crumbs={[
          { href: GATEWAYS, label: "Gateways" },
          { href: address, label: gateway.name },
        ]}
        lead={
          gateway.kind === ROUTE
            ? "One message through each gateway of this route, sent at once from the sender of the settings."
            : "One message, sent at once through this gateway alone, from the sender of the settings."
        }
      />
      {tested && <Outcomes tested={tested} isRoute={gateway.kind === ROUTE} />}
      <Card>
        <Form action={`${address}/test`} csrf={csrf} label="Test" errors={form.errors}>
          <EmailField {...field(form, "to")} label="To" hint="An inbox that you can look into." />
          <FormActions submit="Send the test" icon="send" cancel={address} />
        </Form>
      </Card>
    </>
  );
}

/** Of a route a line for each gateway, with its name. */
function Outcomes(props: { tested: Tested; isRoute: boolean }): Html {
  const { tested, isRoute } = props;
  if (tested.kind === "no sender") {
    return (
      <Said
        tone="warning"
        title="Not sent: no From address is set"
        action={{ href: "/settings", label: "Set it" }}
      >
        A message needs a sender.
      </Said>
    );
  }
  return (
    <>
      {tested.each.map(({ gateway, asked }) => (
        <Outcome
          asked={asked}
          titled={(title) => (isRoute ? titleOf(gateway, title) : title)}
          address={`${GATEWAYS}/${gateway.id}`}
        />
      ))}
    </>
  );
}

interface OutcomeProps<T> {
  asked: T;
  titled: (title: string) => string;
  /** Of the gateway's settings. */
  address: string;
}

function Outcome(props: OutcomeProps<Asked<TestResult>>): Html {
  const { asked, titled, address } = props;
  switch (asked.kind) {
    case "answered":
      return <Answer asked={asked.result} titled={titled} address={address} />;
    case "unknown":
      return (
        <Said
          tone="warning"
          title={titled("Not sent: the gateway is not set up yet")}
          action={{ href: address, label: "Look at its settings" }}
        >
          Fill in what is missing and save it.
        </Said>
      );
    case "refused":
      return (
        <Said tone="danger" title={titled("Not sent")}>
          {asked.why}
        </Said>
      );
    case "unreachable":
      return (
        <Said tone="warning" title={titled(UNCLEAR)}>
          {`The email client did not tell: ${asked.why}. Look into the inbox before you try again.`}
        </Said>
      );
  }
}

/** How bad each outcome is for whoever set the gateway up, and what they can do. */
const MEANINGS: Readonly<
  Record<Exclude<TestResult["outcome"], "accepted">, { tone: MessageTone; advice?: string }>
> = {
  rejected: { tone: "danger" },
  unauthorized: { tone: "danger" },
  throttled: { tone: "warning", advice: "Try again in a minute." },
  unavailable: { tone: "danger", advice: "It cannot be reached, or is out of order." },
  ambiguous: { tone: "warning", advice: "Look into the inbox before you try again." },
};

function Answer(props: OutcomeProps<TestResult>): Html {
  const { asked, titled, address } = props;
  const { outcome, message_id: id, detail } = asked;
  if (outcome === "accepted") {
    return (
      <Said tone="success" title={titled(TEST_TITLES.accepted)}>
        It should be in the inbox soon.{" "}
        {id !== undefined && (
          <>
            Its id there: <Copyable text={id} label="Copy the id" />
          </>
        )}
      </Said>
    );
  }
  const { tone, advice } = MEANINGS[outcome];
  const mendable = outcome === "unauthorized" || outcome === "unavailable";
  return (
    <Said
      tone={tone}
      title={titled(TEST_TITLES[outcome])}
      {...(mendable && { action: { href: address, label: "Look at its settings" } })}
    >
      {advice} {detail}
    </Said>
  );
}

function Said(props: {
  tone: MessageTone;
  title: string;
  action?: { href: string; label: string };
  children: Children;
}): Html {
  const { action } = props;
  return (
    <Callout
      tone={props.tone}
      title={props.title}
      action={
        action && (
          <LinkButton href={action.href} size="sm">
            {action.label}
          </LinkButton>
        )
      }
    >
      {props.children}
    </Callout>
  );
}
