export { emailGraph, type MachineEdge, type MachineGraph, type MachineNode } from "./graph.ts";
export { type Step, step } from "./step.ts";
export {
  type Command,
  DEFAULT_RETRY_POLICY,
  EMAIL_STATES,
  type EmailEvent,
  type EmailEventType,
  type EmailRecord,
  type EmailState,
  isSettled,
  newRecord,
  OPEN_STATES,
  type OpenState,
  REASON_CODES,
  type Reason,
  type ReasonCode,
  type RetryPolicy,
  SETTLED_STATES,
  type SettledState,
} from "./words.ts";
