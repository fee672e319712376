import { collectDefaultMetrics, Registry } from "prom-client";

/** A process's Prometheus registry; `/metrics` answers with it. */
export type Metrics = Registry;

/** A registry with the process's own figures (memory, event-loop lag, garbage collection), labelled by service. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
