/** What the campaigns of the benchmarks send. */
export const BENCH_TEMPLATE = {
  kind: "html" as const,
  subject: "Hello {{ contact.first_name }}",
  body: "<h1>Hello {{ contact.first_name | default: 'there' }}</h1><p>Here is what is new at Acme this week.</p><p><a href=\"https://example.com/\">Read on</a></p>",
};
