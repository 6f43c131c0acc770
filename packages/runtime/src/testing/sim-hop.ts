/** One delivery in the simulated world: the product's `executeHop`, with the scenario's handler and the world's ports. */
import pino from "pino";
import { HopContext } from "../hop/context.ts";
import { executeHop } from "../hop/execute.ts";
import type { HopPorts } from "../hop/ports.ts";
import type { Delivery } from "../log/task-log.ts";
import { seededRandom } from "../random.ts";
import type { SimExecutor } from "./sim-executor.ts";
import { simRole } from "./sim-place.ts";
import { answerText, type ScenarioBody, type ScenarioContext } from "./sim-scenario.ts";
import type { SimWorld } from "./sim-world.ts";

const logger = pino({ level: "silent" });

export async function runHop(world: SimWorld, executor: SimExecutor, delivery: Delivery): Promise<void> {
  const { mutant } = world.options;
  const given = mutant?.delivery?.(delivery, executor) ?? delivery;
  const ports = portsOf(world, executor);
  const role = { ...simRole(world.scenario, executor.role, executor.id), instance: instanceOf(world, executor) };
  let end = await executeHop(given, role, ports);
  while (mutant?.again?.(end) === true) end = await executeHop({ ...given, isFirst: false }, role, ports);
  if (end.kind === "unavailable" && !end.reason.startsWith("turn "))
    world.invariants.broken(`1 gave up: ${end.reason}`);
  const hasTaskEnded = end.kind === "ended" || (end.kind === "committed" && end.commit === "done");
  if (hasTaskEnded && executor.hop !== undefined) world.invariants.endedHops.add(executor.hop);
  world.trace(`${executor.id} ends: ${JSON.stringify(end)}`);
  executor.isLive = false;
}

function instanceOf(world: SimWorld, executor: SimExecutor) {
  const handler = world.scenario.roles[executor.role];
  return {
    receive: (body: unknown, context: unknown) => {
      if (handler === undefined || !(context instanceof HopContext))
        throw new TypeError("no such role, or no hop context");
      executor.used.clear();
      return handler(contextOf(world, executor, context), bodyOf(body));
    },
  };
}

const bodyOf = (body: unknown): ScenarioBody =>
  typeof body === "object" && body !== null && "n" in body && typeof body.n === "number" ? { n: body.n } : {};

function contextOf(world: SimWorld, executor: SimExecutor, context: HopContext): ScenarioContext {
  let number = 0;
  const step = async (name: string, effect: "once" | "repeat"): Promise<number> => {
    const at = ++number;
    const happen = () => {
      if (effect === "once") world.invariants.onOnce(context.hop, at);
      return world.nextValue();
    };
    const value = await context.step(name, () => executor.effect(name, happen), { effect });
    executor.used.set(at, value);
    return value;
  };
  return {
    context,
    step: (name) => step(name, "repeat"),
    once: (name) => step(name, "once"),
    call: async (asked, need = asked.length) => (await context.join(asked, need)).map(answerText),
    update: async () => void (await context.state.update<number>((value = 0) => value + 1)),
  };
}

function portsOf(world: SimWorld, executor: SimExecutor): HopPorts {
  return {
    log: world.options.mutant?.log?.(executor.log, executor, world) ?? executor.log,
    clock: executor.clock,
    random: seededRandom(executor.id + 1),
    running: executor.running,
    joins: world.joinsOf(executor),
    logger,
    maxAgeMs: 10 ** 9,
    nonce: () => executor.nonce,
    isDead: (node) => world.scenario.reportsDead === true && world.crashedNodes.has(node),
    hint: () => undefined,
    token: () => undefined,
  };
}
