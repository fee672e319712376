import { CONTACT_FIELDS } from "@mailwright/template";

/** A variable that a template can name, as it is written in it. */
export interface OfferedVariable {
  code: string;
  /** What stands there in the end. */
  meaning: string;
}

const MEANINGS: Record<(typeof CONTACT_FIELDS)[number], string> = {
  email: "Their email address",
  first_name: "Their first name",
  last_name: "Their last name",
  name: "Their whole name",
  id: "Their id here",
};

/** What templates can name: fields of the contact, custom attributes, the campaign and the sender. */
export function offeredVariables(attributes: readonly string[]): {
  title: string;
  variables: OfferedVariable[];
}[] {
  const fields = CONTACT_FIELDS.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return [
    {
      title: "Contact",
      variables: [
        {
          code: '{{ contact.first_name | default: "there" }}',
          meaning: "Their first name, or “there” for who has none",
        },
        ...fields.map((field) => ({
          code: `{{ contact.${field} }}`,
          meaning: MEANINGS[field],
        })),
      ],
    },
    {
      title: "Custom attributes",
      variables: attributes.map((key) => ({
        code: `{{ contact.${key} }}`,
        meaning: `Their “${key}”, or nothing`,
      })),
    },
    {
      title: "Sender and campaign",
      variables: [
        { code: "{{ sender.name }}", meaning: "The From name of the settings" },
        { code: "{{ sender.email }}", meaning: "The From address of the settings" },
        { code: "{{ sender.postal_address }}", meaning: "The postal address of the settings" },
        {
          code: "{{ unsubscribe_url }}",
          meaning: "Where they can unsubscribe; without it a link is added at the end",
        },
        { code: "{{ campaign.name }}", meaning: "What the campaign is called" },
      ],
    },
  ].filter(({ variables }) => variables.length > 0);
}

const ORDER: readonly string[] = ["email", "first_name", "last_name", "name", "id"];
