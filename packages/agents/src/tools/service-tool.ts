import { z } from "zod";
import { SERVICE_REQUEST_SERVICE, ServiceRequestAnswer } from "../node-services/service-request-messages.ts";
import { type ParametersSchema, parseWith, type Tool } from "./tool.ts";
import { resolveToolRules, type ToolRulesOptions } from "./tool-rules.ts";

/** A NATS service as a tool. */
export interface ServiceToolOptions extends ToolRulesOptions {
  readonly name: string;
  readonly description: string;
  /** Where the service listens: a literal subject, not one of Troupe's or the server's own. */
  readonly subject: string;
  /** What it takes: a zod object, or JSON Schema. */
  readonly parameters: z.ZodType | ParametersSchema;
  /** What it answers; another answer is an error. Absent = anything. */
  readonly result?: z.ZodType | ParametersSchema | undefined;
  /** Whether asking twice does no harm: the service gets the header `Idempotency-Key`. Default: with permission READ. */
  readonly idempotent?: boolean | undefined;
}

/**
 * Lets a model ask a NATS service. The node asks, not the host: only the subject that was deployed. Throws what zod throws for a JSON
 * Schema that it cannot read.
 */
export function serviceTool(options: ServiceToolOptions): Tool {
  const { name, description, subject, idempotent } = options;
  const rules = resolveToolRules(options);
  const parameters = checkOf(options.parameters);
  const result = options.result === undefined ? z.json() : checkOf(options.result);
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: "input", unrepresentable: "any" });
  return {
    kind: "service",
    name,
    description,
    target: subject,
    parameters: options.parameters instanceof z.ZodType ? schema : options.parameters,
    rules,
    isIdempotent: idempotent ?? rules.permission === "READ",
    parse: (input) => parseWith(parameters, input),
    run: async (args, scope) => {
      const { idempotencyKey, taint } = scope;
      const question = {
        tool: name,
        arguments: z.json().parse(args),
        timeoutMs: rules.timeoutMs,
        idempotencyKey,
        taint,
      };
      const { body } = ServiceRequestAnswer.parse(await scope.ask(SERVICE_REQUEST_SERVICE, question));
      const answered = parseWith(result, body);
      if (!answered.ok) throw new TypeError(`its answer is not what it promised: ${answered.reason}`);
      return answered.value;
    },
  };
}

const checkOf = (schema: z.ZodType | ParametersSchema): z.ZodType =>
  schema instanceof z.ZodType ? schema : z.fromJSONSchema(schema);
