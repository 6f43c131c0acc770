/** How far an operation is, from the present state alone: any leader can tell, and nothing of it has to be remembered. Pure. */
import {
  CONTROL_VERSION,
  type Deployment,
  type Desired,
  type Heartbeat,
  type NodePlacement,
  type Operation,
  operationId,
  type Wish,
} from "@troupe/runtime/internal";
import { replicasNamed } from "../desired/operator-changes.ts";
import { sitesOf } from "../membership/sites.ts";
import type { Membership } from "../membership/snapshot.ts";
import { Residents, refusal } from "../placement/fit.ts";
import type { Unplaced } from "../placement/place.ts";
import { replicaKey, replicaName, type WantedReplica, wantedReplicas } from "../placement/wanted.ts";

type Actor = Heartbeat["actors"][number];

/** What progress is judged by. */
export interface OperationView {
  readonly desired: Desired | undefined;
  readonly deployment: Deployment | undefined;
  readonly rows: ReadonlyMap<string, NodePlacement>;
  readonly membership: Membership;
  readonly unplaced: readonly Unplaced[];
  /** For how long nobody took for a replica at its last hand-over to that node, as far as this leader saw; `underway` until it has seen the end. */
  readonly pauseMs: (replica: string, to: string) => number | "underway" | undefined;
}

type Progress = Pick<Operation, "state" | "text" | "done" | "total" | "pause_ms">;

/** How far it is. */
export function progressOf(wish: Wish, view: OperationView): Operation {
  const identity = { v: CONTROL_VERSION, id: operationId(wish), kind: wish.kind, about: aboutOf(wish) } as const;
  return { ...identity, ...progress(wish, view) };
}

/** What the operation is about, for people and events. */
export function aboutOf(wish: Wish): string {
  switch (wish.kind) {
    case "migrate":
    case "stop":
      return wish.replica;
    case "pause":
    case "resume":
    case "scale":
      return wish.role;
    case "restart":
      return wish.target;
    case "drain":
      break;
  }
  return wish.node;
}

function progress(wish: Wish, view: OperationView): Progress {
  if (wish.kind === "drain") return drainProgress(wish.node, view);
  const { desired, deployment } = view;
  if (!desired || !deployment) return superseded("no system is deployed");
  const role = aboutOf(wish).split(/[/_]/, 1)[0] ?? "";
  if (!Object.hasOwn(deployment.manifest.roles, role)) return superseded(`${deployment.version} has no role ${role}`);
  const state = { ...view, desired, deployment };
  switch (wish.kind) {
    case "migrate":
      return migrateProgress(wish.replica, wish.to, state);
    case "pause":
      return desired.paused.includes(wish.role) ? pauseProgress(wish.role, state) : superseded("the role was resumed");
    case "resume":
      return desired.paused.includes(wish.role)
        ? superseded("the role was paused again")
        : takingProgress(wish.role, 0, state);
    case "scale":
      return scaleProgress(wish.role, wish.replicas, state);
    case "restart":
      return takingProgress(wish.target, wish.generation, state);
    case "stop":
      break;
  }
  return stopProgress(wish.replica, state);
}

type State = OperationView & { readonly desired: Desired; readonly deployment: Deployment };

const superseded = (text: string): Progress => ({ state: "superseded", text, done: 0, total: 0 });

function migrateProgress(replica: string, to: string, state: State): Progress {
  const [wanted] = replicasNamed(state.desired, state.deployment, replica);
  if (!wanted || state.desired.pins?.[replica] !== to) return superseded("it was moved elsewhere, or is gone");
  const key = replicaKey(wanted);
  const standing = standingOn(to, key, state);
  const others = reportsOf(key, state).filter(({ node, actor }) => node !== to && actor.isTaking === true);
  const count = (text: string, at: Progress["state"]): Progress => ({ state: at, text, done: 0, total: 1 });
  if (state.desired.stopped?.includes(replica)) return count("it is stopped; restart it", "blocked");
  if (standing === undefined) {
    const why = whyNotOn(to, wanted, state);
    return why === undefined ? count(`not placed on ${to} yet`, "asked") : count(why, "blocked");
  }
  if (standing === "stands_by")
    return count(`gets ready on ${to}${others.length > 0 ? `; ${others[0]?.node} still takes` : ""}`, "asked");
  const isThere = reportsOf(key, state).some(({ node, actor }) => node === to && isAsWanted(actor, wanted, state));
  const pauseMs = state.pauseMs(key, to);
  if (!isThere || others.length > 0 || pauseMs === "underway")
    return count(`${to} is to take; its word is waited for`, "placed");
  return {
    ...count(pauseMs === undefined ? `runs on ${to}` : `runs on ${to}; nobody took for ${pauseMs} ms`, "confirmed"),
    done: 1,
    ...(pauseMs === undefined ? {} : { pause_ms: pauseMs }),
  };
}

/** What keeps a replica from a node; `undefined` when nothing does, and placement only has to look. */
function whyNotOn(
  to: string,
  wanted: WantedReplica,
  { desired, deployment, membership, rows }: State,
): string | undefined {
  const status = membership.nodes.get(to)?.member.status;
  const site = sitesOf(membership).find(({ node }) => node === to);
  if (status === undefined || !site) return status === undefined ? `${to} is not there` : `${to} is ${status}`;
  const there = new Set(rows.get(to)?.replicas.map(replicaKey));
  const residents = new Residents();
  for (const other of wantedReplicas({ ...desired, draining: [] }, new Map([[deployment.version, deployment]])))
    if (there.has(replicaKey(other))) residents.add(other);
  const why = refusal(wanted, site, residents);
  return why === undefined ? undefined : `${to} ${why}`;
}

function scaleProgress(role: string, replicas: number, state: State): Progress {
  const { desired, deployment } = state;
  const set = desired.replicas[role] ?? deployment.manifest.roles[role]?.replicas;
  if (set !== replicas) return superseded(`the role was scaled to ${set ?? 0}`);
  const gone = leavingOf(role, state);
  const taking = takingProgress(role, 0, state);
  if (taking.state !== "confirmed" || gone.length === 0) return taking;
  return { ...taking, state: "placed", text: `${gone.join(", ")} finish what they run` };
}

/** Replicas of the role that nodes report and that nobody wants any more. */
function leavingOf(role: string, state: State): readonly string[] {
  const wanted = new Set(replicasNamed(state.desired, state.deployment, role).map(replicaKey));
  const { version } = state.deployment;
  const isOfRole = (id: string) => id.startsWith(`${version}/${role}/`) || id.startsWith(`${version}/${role}_`);
  return presentActors(state.membership)
    .map(({ actor }) => actor.id)
    .filter((id) => isOfRole(id) && !wanted.has(id));
}

/** Confirmed when every replica takes (or could, where its role is paused) as an instance of that generation or a later one. */
function takingProgress(target: string, generation: number, state: State): Progress {
  const all = replicasNamed(state.desired, state.deployment, target).filter(
    (replica) => !(state.desired.stopped ?? []).includes(replicaName(replica)),
  );
  const asWanted = all.filter((replica) =>
    reportsOf(replicaKey(replica), state).some(
      ({ actor }) => isAsWanted(actor, replica, state) && (actor.generation ?? 0) >= generation,
    ),
  );
  const counted = { done: asWanted.length, total: all.length };
  if (asWanted.length === all.length)
    return { ...counted, state: "confirmed", text: all.length === 0 ? "none is to run" : `${all.length} run` };
  const homeless = state.unplaced.find(({ replica }) => all.some((one) => replicaKey(one) === replicaKey(replica)));
  if (homeless) return { ...counted, state: "blocked", text: `no place: ${homeless.reason}` };
  const isPlaced = all.every((replica) => isInARow(replicaKey(replica), replica.generation, state));
  return { ...counted, state: isPlaced ? "placed" : "asked", text: `${asWanted.length} of ${all.length} run` };
}

function pauseProgress(role: string, state: State): Progress {
  const all = replicasNamed(state.desired, state.deployment, role);
  const reports = all.flatMap((replica) => reportsOf(replicaKey(replica), state));
  const taking = reports.filter(({ actor }) => actor.isTaking === true);
  const busy = reports.reduce((sum, { actor }) => sum + actor.inFlight, 0);
  const counted = { done: all.length - taking.length, total: all.length };
  if (taking.length > 0) return { ...counted, state: "placed", text: `${taking.length} of ${all.length} still take` };
  return { ...counted, state: "confirmed", text: `none takes; ${busy} messages still run` };
}

function stopProgress(replica: string, state: State): Progress {
  if (!state.desired.stopped?.includes(replica)) return superseded("it was started again");
  const [known] = replicasNamed(state.desired, state.deployment, replica);
  const reports = known ? reportsOf(replicaKey(known), state) : [];
  const counted = { done: reports.length === 0 ? 1 : 0, total: 1 };
  const busy = reports.reduce((sum, { actor }) => sum + actor.inFlight, 0);
  if (reports.length === 0) return { ...counted, state: "confirmed", text: "it has ended" };
  const isPlaced = known !== undefined && !isInARow(replicaKey(known), 0, state);
  return { ...counted, state: isPlaced ? "placed" : "asked", text: `it takes no more; ${busy} messages still run` };
}

function drainProgress(node: string, { membership, rows, unplaced }: OperationView): Progress {
  const known = membership.nodes.get(node);
  if (!known || known.member.status === "left") return { state: "confirmed", text: "it has left", done: 1, total: 1 };
  const { status } = known.member;
  const unfinished = { done: 0, total: 1 };
  if (status === "dead") return { ...unfinished, state: "superseded", text: "it died before it had drained" };
  if (status !== "draining") return { ...unfinished, state: "superseded", text: `it is ${status}, started again` };
  const replicas = rows.get(node)?.replicas.length ?? 0;
  if (replicas > 0) {
    const hasOthers = [...membership.nodes.values()].some(({ member }) => member.status === "up");
    const where = hasOthers ? "still move to other nodes" : "have nowhere to go: no other node is up";
    return { ...unfinished, state: "asked", text: `${replicas} replicas ${where}` };
  }
  const busy = known.heartbeat?.busy ?? 0;
  const homeless = unplaced.filter(({ isQuarantined }) => isQuarantined !== true);
  const where = homeless[0]
    ? `it has no replicas left, and ${homeless.length} of the system have no place: ${homeless[0].reason}`
    : "its replicas are elsewhere";
  return { ...unfinished, state: "placed", text: `${where}; ${busy} messages still run` };
}

const isAsWanted = (actor: Actor, { role }: WantedReplica, { desired }: State): boolean =>
  desired.paused.includes(role) ? actor.state === "available" || actor.state === "busy" : actor.isTaking === true;

function reportsOf(key: string, { membership }: OperationView): readonly { node: string; actor: Actor }[] {
  return presentActors(membership).filter(({ actor }) => actor.id === key);
}

function presentActors({ nodes }: Membership): readonly { node: string; actor: Actor }[] {
  return [...nodes].flatMap(([node, { member, heartbeat }]) =>
    member.status === "up" || member.status === "draining"
      ? (heartbeat?.actors ?? []).map((actor) => ({ node, actor }))
      : [],
  );
}

function standingOn(node: string, key: string, { rows }: OperationView): "takes" | "stands_by" | undefined {
  const entry = rows.get(node)?.replicas.find((replica) => replicaKey(replica) === key);
  if (!entry) return undefined;
  return entry.isStandby === true ? "stands_by" : "takes";
}

const isInARow = (key: string, generation: number, { rows }: OperationView): boolean =>
  [...rows.values()].some(({ replicas }) =>
    replicas.some((replica) => replicaKey(replica) === key && (replica.generation ?? 0) >= generation),
  );
