/** Roles with one effect each, whose host is killed around it: `ask-…` ask a model, `ring-…` do what must not be repeated, `note-…` what may. */
import { agent } from "@troupe/agents";
import { actor, complete, defineSystem, type RoleDefinition } from "@troupe/runtime";
import { z } from "zod";

export const ASKING = ["ask-effect", "ask-step", "ask-commit", "ask-committed", "ask-ack", "ask-claim"] as const;
export const RINGING = ["ring-begin", "ring-effect", "ring-step"] as const;
export const NOTING = ["note-effect"] as const;
const ALL = [...ASKING, ...RINGING, ...NOTING] as const;

const asking = (): RoleDefinition<"client"> =>
  agent({ replicas: 2, model: "fast", instructions: "You are the clerk. Answer.", to: "client" });

/** Tells a bell at the address that the task names, with the idempotency key. */
const telling = (effect: "once" | "repeat"): RoleDefinition<"client"> =>
  actor({
    replicas: 2,
    receive: async (message, ctx) =>
      complete(
        await ctx.step(
          "bell",
          async ({ idempotencyKey }) => {
            const response = await fetch(z.url().parse(message), {
              method: "POST",
              headers: { "idempotency-key": idempotencyKey },
            });
            return response.status;
          },
          { effect },
        ),
      ),
  });

const of = <Name extends string>(names: readonly Name[], make: () => RoleDefinition<"client">) =>
  Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, RoleDefinition<"client">>;

export default defineSystem({
  name: "killed",
  graph: {
    client: [...ALL],
    ...(Object.fromEntries(ALL.map((role) => [role, ["client"]])) as Record<(typeof ALL)[number], ["client"]>),
  },
  roles: { ...of(ASKING, asking), ...of(RINGING, () => telling("once")), ...of(NOTING, () => telling("repeat")) },
});
