/** Why the email client was not reached, as a part of a sentence. The runtime's own words ask about "the url". */
export function whyNotReached(why: string): string {
  if (/ECONNREFUSED|unable to connect/i.test(why)) return "nothing listens at its address";
  if (/ENOTFOUND|EAI_AGAIN|getaddrinfo/i.test(why)) return "its address is not known";
  return why.replace(/[.?!\s]+$/, "");
}
