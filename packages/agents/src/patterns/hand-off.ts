import {
  type Context,
  escalate,
  type Json,
  type Outcome,
  type RoleDefinition,
  type RoleInstance,
} from "@troupe/runtime";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { readConversation } from "../roles/conversation.ts";

export interface HandOffOptions<Peer extends string, To extends string>
  extends Omit<AgentOptions<never, never>, "route" | "to" | "decidesOnly"> {
  /** Roles that it may hand the conversation over to. */
  readonly peers: readonly Peer[];
  /** Where its answer goes when it does not hand over: a role, or `client`. */
  readonly to: To;
  /** Hand-overs among these peers at most, 1 to 20; one more escalates. Default 5. */
  readonly maxHandOffs?: number | undefined;
}

const MOST = 20;

/**
 * Hand-off: an agent that answers itself or gives the whole conversation to a peer, as its model chooses; nobody waits for anybody. Bound:
 * `maxHandOffs` hand-overs among the peers, then it escalates. Each hand-over is the hop's one commit: a crash repeats at most the model
 * call that was under way.
 */
export function handOff<const Peer extends string, const To extends string>(
  options: HandOffOptions<Peer, To>,
  openModel: OpenModel = systemModels(),
): RoleDefinition<Peer | To> {
  const { peers, to, maxHandOffs = 5, ...agentOptions } = options;
  const role = agentWith<Peer | To>({ ...agentOptions, route: [...peers, to] }, openModel);
  return bounded<Peer | To>(role, peers, maxHandOffs);
}

/** The agent, with its hand-overs counted. */
function bounded<Targets extends string>(
  role: RoleDefinition<Targets>,
  peers: readonly string[],
  maxHandOffs: number,
): RoleDefinition<Targets> {
  return {
    ...role,
    about: { ...role.about, pattern: "hand-off", maxHandOffs },
    check: (manifest, name) => [
      ...(role.check?.(manifest, name) ?? []),
      ...(Number.isInteger(maxHandOffs) && maxHandOffs >= 1 && maxHandOffs <= MOST
        ? []
        : [{ path: "maxHandOffs", value: maxHandOffs, reason: `must be a whole number from 1 to ${MOST}` }]),
    ],
    bind: (manifest) => bounded(role.bind?.(manifest) ?? role, peers, maxHandOffs),
    create: () => countingHandOffs(role.create(), peers, maxHandOffs),
  };
}

function countingHandOffs<Targets extends string>(
  instance: RoleInstance<Targets>,
  peers: readonly string[],
  maxHandOffs: number,
): RoleInstance<Targets> {
  return {
    receive: async (message: Json, ctx: Context): Promise<Outcome<Targets>> => {
      const outcome = await instance.receive(message, ctx);
      if (outcome.outcome !== "forward" || !peers.includes(outcome.to)) return outcome;
      const { history } = readConversation(message);
      const handOffs = history.filter(({ role }) => role === ctx.role || peers.includes(role)).length;
      if (handOffs < maxHandOffs) return outcome;
      return escalate(`the conversation was handed over ${handOffs} times and nobody answered`);
    },
    callsLeft: () => instance.callsLeft?.(),
    dispose: async () => {
      await instance.dispose?.();
    },
  };
}
