import type { Violation } from "../../../support/invariants.ts";
import type { Round } from "../evidence.ts";

/** No secret that was planted lies where people look: logs, metrics, control events, the audit, stored errors. */
export const secretsKept = ({ spills }: Round): Violation[] =>
  spills.map(({ place, secret }) => ({ invariant: "secrets kept", task: "?", detail: `${secret} is in ${place}` }));
