import { type Clock, systemClock } from "@troupe/runtime";
import { z } from "zod";
import { parseWith, type Tool } from "../tool.ts";
import { resolveToolRules, ToolRulesFile, type ToolRulesOptions } from "../tool-rules.ts";
import { runProgram } from "./run-program.ts";

/** Limits of one program. */
export const CodeLimitsFile = z.strictObject({
  memoryMb: z.int().min(1).max(512).optional().describe("Memory of a program, MiB. Default 64."),
  timeMs: z.int().min(10).max(60_000).optional().describe("How long a program may compute. Default 5 s."),
});

export interface CodeToolOptions extends ToolRulesOptions, z.input<typeof CodeLimitsFile> {
  /** Default `run_code`. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

const DESCRIPTION =
  "Runs a JavaScript program and returns what it printed with console.log and the value of its last expression. It has the language alone: no network, no files, no modules. `input` holds the given input.";

const Parameters = z.strictObject({
  code: z.string().min(1).max(100_000).describe("A JavaScript program; its last expression is the result"),
  input: z.json().optional().describe("What the program finds in the variable `input`"),
});

/** A tool that runs programs of the model in a sandbox; see docs/tools.md for what it contains and what it does not. Default permission EXECUTE. */
export function codeTool(options: CodeToolOptions = {}, clock: Clock = systemClock): Tool {
  const { name = "run_code", description = DESCRIPTION, memoryMb = 64, timeMs = 5_000, ...rest } = options;
  const rules = resolveToolRules({ permission: "EXECUTE", ...ToolRulesFile.parse(rest) });
  const limits = { memoryBytes: memoryMb * 1024 * 1024, timeMs, maxOutputLength: rules.maxResultLength };
  const { $schema: _, ...parameters } = z.toJSONSchema(Parameters, { io: "input" });
  return {
    kind: "code",
    name,
    description,
    parameters,
    rules,
    // A program can reach nothing, so there is nothing that a second run could repeat.
    isIdempotent: true,
    parse: (input) => parseWith(Parameters, input),
    run: async (args, { signal }) => {
      const { code, input = null } = Parameters.parse(args);
      const { output, result, error } = await runProgram({ code, input, ...limits }, signal, clock);
      const ended = error === undefined ? `Result: ${result ?? "undefined"}` : `Error: ${error}`;
      return output === "" ? ended : `${output.trimEnd()}\n${ended}`;
    },
  };
}
