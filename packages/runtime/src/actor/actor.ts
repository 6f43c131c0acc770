import type { ZodType, z } from "zod";
import type { Context } from "./context.ts";
import type { RoleDefinition, RoleInstance, RoleSettings } from "./define.ts";
import type { Complete, FanOut, Forward, Json, Outcome } from "./outcome.ts";

/** The roles (and `client`) that an outcome addresses, as literal names. */
export type TargetsOf<O> =
  O extends Forward<infer To> ? To : O extends FanOut<infer To> ? To : O extends Complete ? "client" : never;

/** What `accepts` makes of a message; any JSON where nothing is declared. */
export type MessageOf<S> = S extends ZodType ? z.output<S> : Json;

/** One instance of an actor: its variables live as long as the replica does, and are lost with it. */
export interface ActorInstance<Message, Calls extends string, O> {
  receive(message: Message, ctx: Context<Calls>): Promise<O> | O;
  /** Called when the replica stops in an orderly way. */
  dispose?(): Promise<void> | void;
}

/** What both forms of an actor declare. */
export interface ActorDeclaration<S, Calls extends string> extends RoleSettings {
  /** What a message must look like. A message that does not is parked, the handler never sees it. Absent = any JSON. */
  readonly accepts?: S;
  /** Roles that `ctx.call` and `ctx.all` may ask. Each must be an edge of the graph. Absent = none. */
  readonly calls?: readonly Calls[];
  /** Whether it takes files: then messages of A2A clients come whole, for `readMessage`. Default false: text and data alone. */
  readonly takesFiles?: boolean;
}

/** An actor without memory of its own. */
export interface HandlerActor<S, Calls extends string, O> extends ActorDeclaration<S, Calls> {
  receive(message: MessageOf<S>, ctx: Context<Calls>): Promise<O> | O;
}

/** An actor with memory: `create` makes one instance per replica. */
export interface InstanceActor<S, Calls extends string, O> extends ActorDeclaration<S, Calls> {
  create(): ActorInstance<MessageOf<S>, Calls, O>;
}

/**
 * A role in plain TypeScript. Whom it may address is taken from the outcomes that it returns and from `calls`, so that `defineSystem`
 * refuses at compile time a role that addresses what is no edge of the graph.
 *
 * Between its steps a handler must be deterministic: after a crash it runs again over the recorded results.
 */
export function actor<O extends Outcome, S extends ZodType | undefined = undefined, const Calls extends string = never>(
  declaration: HandlerActor<S, Calls, O>,
): RoleDefinition<TargetsOf<O> | Calls>;
export function actor<O extends Outcome, S extends ZodType | undefined = undefined, const Calls extends string = never>(
  declaration: InstanceActor<S, Calls, O>,
): RoleDefinition<TargetsOf<O> | Calls>;
export function actor<O extends Outcome, S extends ZodType | undefined, Calls extends string>(
  declaration: HandlerActor<S, Calls, O> | InstanceActor<S, Calls, O>,
): RoleDefinition {
  const { accepts, calls, takesFiles } = declaration;
  return {
    kind: "actor",
    settings: settingsOf(declaration),
    accepts,
    about: {},
    calls,
    takesFiles,
    create: () => instanceOf("create" in declaration ? declaration.create() : declaration),
  };
}

function instanceOf<Message, Calls extends string, O extends Outcome>(
  instance: ActorInstance<Message, Calls, O>,
): RoleInstance {
  return {
    // The host has parsed the message with `accepts`.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    receive: (message, ctx) => instance.receive(message as Message, ctx),
    dispose: async () => {
      await instance.dispose?.();
    },
  };
}

const SETTINGS = [
  "description",
  "replicas",
  "concurrency",
  "labels",
  "placement",
  "variants",
  "retry",
  "timeoutMs",
  "stuckAfterMs",
  "guardrails",
  "taint",
  "approvals",
] as const satisfies readonly (keyof RoleSettings)[];

/** The settings of a declaration, without what makes its behaviour. */
export const settingsOf = (declaration: RoleSettings): RoleSettings =>
  Object.fromEntries(
    SETTINGS.map((name) => [name, declaration[name]] as const).filter(([, value]) => value !== undefined),
  );
