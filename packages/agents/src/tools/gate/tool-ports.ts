import { type Clock, type Context, type Json, systemClock } from "@troupe/runtime";
import { loadVariable } from "../../config/load.ts";
import { ProcessRate } from "./process-rate.ts";

/** One call as a person is asked about it: exactly this act is approved, and no other. */
export interface ToolAct {
  readonly tool: string;
  readonly arguments: Json;
  readonly why: string;
}

/** What a person said. */
export type Approval = { readonly isApproved: true } | { readonly isApproved: false; readonly reason: string };

/** What the gate acts through. */
export interface ToolPorts {
  readonly clock: Clock;
  /** Counts calls where the node cannot be asked. */
  readonly processRate: ProcessRate;
  /** A variable of the node's environment. */
  readonly variable: (name: string) => string | undefined;
  /** Waits durably for a person's answer. Absent = nobody can be asked, and what needs it is refused. */
  readonly approve?: ((ctx: Context, act: ToolAct) => Promise<Approval>) | undefined;
}

/** The gate's ports on a clock; nobody can be asked for approval. */
export const toolPorts = ({ clock, variable }: Pick<ToolPorts, "clock" | "variable">): ToolPorts => ({
  clock,
  variable,
  processRate: new ProcessRate(clock),
});

/** On the machine's clock and the node's environment; all roles of this process share one count. */
export const systemToolPorts: ToolPorts = toolPorts({ clock: systemClock, variable: loadVariable });
