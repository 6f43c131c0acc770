import type { ZodObject, z } from "zod";

/** What a tool runs with. */
export interface ToolScope {
  /** The same on every attempt of this call; hand it to receivers that honour idempotency keys. */
  readonly idempotencyKey: string;
  /** Aborts when the task ends or the hop is lost. */
  readonly signal: AbortSignal;
}

/** A function that a model may call. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: ZodObject;
  readonly isIdempotent: boolean;
  /** `args` has passed `parameters`. */
  run(args: unknown, scope: ToolScope): unknown;
}

/** A tool as an author writes it. */
export interface ToolOptions<S extends ZodObject> {
  /** Letters, digits, `_` and `-`, at most 64: what the model sees. */
  readonly name: string;
  /** When to use it and what it gives; the model decides by this. */
  readonly description: string;
  /** Checked before every call; a call that does not fit goes back to the model with the reason. */
  readonly parameters: S;
  /**
   * Whether running it twice does no harm. Default false: an intent is recorded first, and after a crash in the middle the hop is parked
   * with `effect_in_doubt` instead of running it again.
   */
  readonly idempotent?: boolean;
  /** Returns what the model is told: text, or a value that becomes JSON. What it throws becomes an error that the model sees. */
  run(args: z.output<S>, scope: ToolScope): unknown;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A schema-checked function for a model. Each call is a recorded step: it runs once, however often the hop is replayed. */
export function tool<S extends ZodObject>(options: ToolOptions<S>): Tool {
  const { name, description, parameters, idempotent = false } = options;
  return {
    name,
    description,
    parameters,
    isIdempotent: idempotent,
    // `runTool` has parsed the arguments with this very schema.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    run: (args, scope) => options.run(args as z.output<S>, scope),
  };
}

/** Whether a name may be offered to a model. */
export const isToolName = (name: string): boolean => NAME.test(name);
