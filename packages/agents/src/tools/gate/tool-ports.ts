import { type Clock, systemClock } from "@troupe/runtime";
import { loadVariable } from "../../config/load.ts";
import { ProcessRate } from "./process-rate.ts";

/** What the gate acts through. */
export interface ToolPorts {
  readonly clock: Clock;
  /** Counts calls where the node cannot be asked. */
  readonly processRate: ProcessRate;
  /** A variable of the node's environment. */
  readonly variable: (name: string) => string | undefined;
}

/** The gate's ports on a clock. */
export const toolPorts = ({ clock, variable }: Pick<ToolPorts, "clock" | "variable">): ToolPorts => ({
  clock,
  variable,
  processRate: new ProcessRate(clock),
});

/** On the machine's clock and the node's environment; all roles of this process share one count. */
export const systemToolPorts: ToolPorts = toolPorts({ clock: systemClock, variable: loadVariable });
