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
import type { Gateway } from "./gateways.ts";
import { GATEWAYS } from "./list-views.tsx";
import type { Tested } from "./test-message.ts";

export function TestPage(props: {
  csrf: string;
  gateway: Gateway;
  form: FormState;
  /** What became of the test that was just sent. */
  tested?: Exclude<Tested, { kind: "unknown" }> | undefined;
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
        lead={`One message, sent at once through ${
          gateway.kind === ROUTE ? "one of the gateways of this route" : "this gateway alone"
        }, from the sender of the settings.`}
      />
      {tested && <Outcome tested={tested} address={address} />}
      <Card>
        <Form
          action={`${address}/test`}
          csrf={csrf}
          label="Test"
          {...(form.errors && { errors: form.errors })}
        >
          <EmailField {...field(form, "to")} label="To" hint="An inbox that you can look into." />
          <FormActions submit="Send the test" icon="send" cancel={address} />
        </Form>
      </Card>
    </>
  );
}

function Outcome(props: { tested: Exclude<Tested, { kind: "unknown" }>; address: string }): Html {
  const { tested, address } = props;
  switch (tested.kind) {
    case "answered":
      return <Answer result={tested.result} address={address} />;
    case "no sender":
      return (
        <Said
          tone="warning"
          title="Not sent: no From address is set"
          action={{ href: "/settings", label: "Set it" }}
        >
          A message needs a sender.
        </Said>
      );
    case "refused":
      return (
        <Said tone="danger" title="Not sent">
          {tested.why}
        </Said>
      );
    case "unreachable":
      return (
        <Said tone="warning" title="Nobody can say whether it was sent">
          {`The email client did not tell: ${tested.why}. Look into the inbox before you try again.`}
        </Said>
      );
  }
}

/** What each outcome means for whoever set the gateway up. */
const MEANINGS: Readonly<
  Record<Exclude<TestResult["outcome"], "accepted">, { tone: MessageTone; title: string }>
> = {
  rejected: { tone: "danger", title: "The gateway refused the message" },
  unauthorized: { tone: "danger", title: "The gateway refused the credentials" },
  throttled: { tone: "warning", title: "The gateway takes no more for now; try again in a minute" },
  unavailable: { tone: "danger", title: "The gateway cannot be reached, or is out of order" },
  ambiguous: { tone: "warning", title: "Nobody can say whether it was sent; look into the inbox" },
};

function Answer(props: { result: TestResult; address: string }): Html {
  const { outcome, message_id: id, detail } = props.result;
  if (outcome === "accepted") {
    return (
      <Said tone="success" title="The gateway took the message">
        It should be in the inbox soon.{" "}
        {id !== undefined && (
          <>
            Its id there: <Copyable text={id} label="Copy the id" />
          </>
        )}
      </Said>
    );
  }
  const { tone, title } = MEANINGS[outcome];
  const mendable = outcome === "unauthorized" || outcome === "unavailable";
  return (
    <Said
      tone={tone}
      title={title}
      {...(mendable && { action: { href: props.address, label: "Look at its settings" } })}
    >
      {detail ?? ""}
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
