interface Named {
  name: string;
  first_name: string;
  last_name: string;
}

/** What a contact is called: the name, or else first and last name; empty for somebody without any. */
export function nameOf({ name, first_name, last_name }: Named): string {
  return name === "" ? `${first_name} ${last_name}`.trim() : name;
}

/** What a contact is called where there must be something. */
export function titleOf(contact: Named & { email: string }): string {
  return nameOf(contact) || contact.email;
}
