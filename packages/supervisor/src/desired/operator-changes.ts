/** What an operator may change about the running version. Pure: a change of the desired state, or what is wrong with the request. */
import { type Deployment, type Desired, TroupeError, type Wish } from "@troupe/runtime/internal";
import { mailboxOf, replicaName, type WantedReplica, wantedReplicas } from "../placement/wanted.ts";

/** What changes the desired state; a drain changes the membership. */
export type DesiredWish = Exclude<Wish, { kind: "drain" }>;

/** Applies a wish. Doing it twice gives the same state. Throws `unknown_role`, `invalid_request` with what there is instead. */
export function applyWish(desired: Desired, deployment: Deployment, wish: DesiredWish): Desired {
  switch (wish.kind) {
    case "scale":
      requireRole(deployment, wish.role);
      return { ...desired, replicas: { ...desired.replicas, [wish.role]: wish.replicas } };
    case "pause":
    case "resume": {
      requireRole(deployment, wish.role);
      const others = desired.paused.filter((paused) => paused !== wish.role);
      return { ...desired, paused: wish.kind === "pause" ? [...others, wish.role] : others };
    }
    case "migrate":
      requireReplicas(desired, deployment, wish.replica);
      return { ...desired, pins: { ...desired.pins, [wish.replica]: wish.to } };
    case "stop":
      requireReplicas(desired, deployment, wish.replica);
      return { ...desired, stopped: [...without(desired.stopped, [wish.replica]), wish.replica] };
    case "restart":
      break;
  }
  return restarted(desired, deployment, wish.target, wish.generation);
}

function restarted(desired: Desired, deployment: Deployment, target: string, generation: number): Desired {
  const names = requireReplicas(desired, deployment, target).map(replicaName);
  const started = names.map((name) => [name, Math.max(generation, desired.generations?.[name] ?? 0)] as const);
  return {
    ...desired,
    stopped: without(desired.stopped, names),
    generations: { ...desired.generations, ...Object.fromEntries(started) },
  };
}

/** The generation that a restart of these replicas asks for: one more than any of them has. */
export function nextGeneration(desired: Desired, deployment: Deployment, target: string): number {
  const names = requireReplicas(desired, deployment, target).map(replicaName);
  return 1 + Math.max(0, ...names.map((name) => desired.generations?.[name] ?? 0));
}

/** The replicas of the current version that a role or a replica's name stands for, stopped ones included. */
export function replicasNamed(desired: Desired, deployment: Deployment, target: string): readonly WantedReplica[] {
  const all = wantedReplicas({ ...desired, draining: [], stopped: [] }, new Map([[deployment.version, deployment]]));
  return all.filter((replica) => replica.role === target || replicaName(replica) === target);
}

/** Throws `unknown_role` with the roles that there are, or `invalid_request` with the replicas that there are. */
export function requireReplicas(desired: Desired, deployment: Deployment, target: string): readonly WantedReplica[] {
  const found = replicasNamed(desired, deployment, target);
  if (found.length > 0) return found;
  const mailbox = target.split("/", 1)[0] ?? "";
  const role = mailbox.split("_", 1)[0] ?? "";
  requireRole(deployment, role);
  const siblings = replicasNamed(desired, deployment, role).filter(
    (one) => mailboxOf(one.role, one.variant) === mailbox,
  );
  const names = siblings.map(replicaName);
  const there = names.length === 0 ? "there is none of that name" : `there are ${names.join(", ")}`;
  throw new TroupeError("invalid_request", `no replica ${target}; ${there}`, { details: { replicas: names } });
}

function requireRole({ manifest }: Deployment, role: string): void {
  if (Object.hasOwn(manifest.roles, role)) return;
  const roles = Object.keys(manifest.roles);
  throw new TroupeError("unknown_role", `no role ${JSON.stringify(role)}; there are ${roles.join(", ")}`, {
    details: { roles },
  });
}

const without = (names: readonly string[] | undefined, gone: readonly string[]): string[] =>
  (names ?? []).filter((name) => !gone.includes(name));
