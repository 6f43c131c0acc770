/**
 * What an operator may ask the supervisor to do: `<sys>.supervisor.<kind>`, and over HTTP. An operation's id says what is wanted, so any
 * leader can tell from the present state how far it is, also one that did not take the request.
 */
import { z } from "zod";
import { CONTROL_VERSION } from "./control.ts";
import { isMailboxName, isNodeName, isRoleName } from "./names.ts";
import { ReplicaName } from "./system.ts";

/** What a document says of the names. */
const [ROLE, NODE] = [{ pattern: "^[a-z][a-z0-9-]{0,31}$" }, { pattern: "^[a-z0-9][a-z0-9-]{0,62}$" }];
const role = z.string().refine(isRoleName, "the name of a role").meta(ROLE);
const node = z.string().refine(isNodeName, "the name of a node").meta(NODE);
const runs = z.union([role, ReplicaName], "the name of a role, or a role, a slash and a number: router/0");
const common = {
  /** Why; recorded with the event. */
  reason: z.string().min(1).max(512).optional(),
  /** The answer comes when the operation is confirmed, or after this time with how far it is. Default 0: at once. */
  wait_ms: z.int().min(0).max(60_000).optional(),
};

/** What each operation is asked for with. */
export const OPERATION_REQUESTS = {
  /** The replica then belongs to that node: it stays there, and returns there when the node comes back. */
  migrate: z.strictObject({ replica: ReplicaName, to: node, ...common }),
  /** The role takes no more messages; what it runs it finishes. */
  pause: z.strictObject({ role, ...common }),
  resume: z.strictObject({ role, ...common }),
  scale: z.strictObject({ role, replicas: z.int().min(0).max(1_000), ...common }),
  /** A new instance of one replica, or of all of a role; also of one that was stopped. What the one before runs it finishes. */
  restart: z.strictObject({ target: runs, ...common }),
  /** The replica runs no more until it is restarted. */
  stop: z.strictObject({ replica: ReplicaName, ...common }),
  /** The node's replicas move elsewhere, it finishes what it runs (`limit_ms`: for at most so long), and leaves. */
  drain: z.strictObject({ node, limit_ms: z.int().min(0).max(86_400_000).optional(), ...common }),
} as const;
export type OperationKind = keyof typeof OPERATION_REQUESTS;
export const OPERATION_KINDS = [
  "migrate",
  "pause",
  "resume",
  "scale",
  "restart",
  "stop",
  "drain",
] as const satisfies readonly OperationKind[];

/** What is wanted, without whoever asked. */
export type Wish =
  | { readonly kind: "migrate"; readonly replica: string; readonly to: string }
  | { readonly kind: "pause" | "resume"; readonly role: string }
  | { readonly kind: "scale"; readonly role: string; readonly replicas: number }
  /** `target` is a role or one replica; each of its replicas is to be of this generation at least. */
  | { readonly kind: "restart"; readonly target: string; readonly generation: number }
  | { readonly kind: "stop"; readonly replica: string }
  | { readonly kind: "drain"; readonly node: string };

/** The operation's id: what is wanted, in tokens. */
export function operationId(wish: Wish): string {
  switch (wish.kind) {
    case "migrate":
      return ["migrate", ...wish.replica.split("/"), wish.to].join(".");
    case "pause":
    case "resume":
      return `${wish.kind}.${wish.role}`;
    case "scale":
      return `scale.${wish.role}.${wish.replicas}`;
    case "restart":
      return ["restart", ...wish.target.split("/"), `g${wish.generation}`].join(".");
    case "stop":
      return ["stop", ...wish.replica.split("/")].join(".");
    case "drain":
      break;
  }
  return `drain.${wish.node}`;
}

/** What an id asks for; `undefined` when it is none. */
export function parseOperationId(id: string): Wish | undefined {
  const [kind, ...rest] = id.split(".");
  const isKind = (known: OperationKind): boolean => known === kind;
  const found = OPERATION_KINDS.find(isKind);
  const wish = found && wishOf(found, rest);
  // One form alone: nothing is left over, no leading zeros.
  return wish && operationId(wish) === id ? wish : undefined;
}

function wishOf(kind: OperationKind, [a = "", b = "", c = ""]: readonly string[]): Wish | undefined {
  switch (kind) {
    case "migrate":
    case "stop":
      return replicaWish(kind, a, `${a}/${b}`, c);
    case "restart":
      return restartOf(a, b, c);
    case "drain":
      return isNodeName(a) ? { kind, node: a } : undefined;
    case "scale":
      return isRoleName(a) && /^\d{1,4}$/.test(b) ? { kind, role: a, replicas: Number(b) } : undefined;
    case "pause":
    case "resume":
      break;
  }
  return isRoleName(a) ? { kind, role: a } : undefined;
}

const isReplica = (mailbox: string, replica: string): boolean =>
  isMailboxName(mailbox) && ReplicaName.safeParse(replica).success;

function replicaWish(kind: "migrate" | "stop", mailbox: string, replica: string, to: string): Wish | undefined {
  if (!isReplica(mailbox, replica)) return undefined;
  if (kind === "stop") return { kind, replica };
  return isNodeName(to) ? { kind, replica, to } : undefined;
}

/** `restart.<role>.g<n>`, or `restart.<mailbox>.<index>.g<n>`. */
function restartOf(a: string, b: string, c: string): Wish | undefined {
  const [target, generation] = isReplica(a, `${a}/${b}`) ? [`${a}/${b}`, c] : [a, b];
  if (!(target.includes("/") || isRoleName(target)) || !/^g\d{1,9}$/.test(generation)) return undefined;
  return { kind: "restart", target, generation: Number(generation.slice(1)) };
}

export const OperationRef = z.strictObject({ id: z.string().min(1).max(256) });

/**
 * How far an operation is. `asked`: stored as desired. `placed`: the nodes have been told. `confirmed`: the nodes say that it is so.
 * `blocked`: it goes on as soon as what `text` says has changed. `superseded`: a later request asks for something else.
 */
export const Operation = z.strictObject({
  v: z.literal(CONTROL_VERSION),
  id: z.string(),
  kind: z.enum(OPERATION_KINDS),
  about: z.string(),
  state: z.enum(["asked", "placed", "confirmed", "blocked", "superseded"]),
  /** For people. */
  text: z.string(),
  /** Replicas that are as wanted, of those that it is about. */
  done: z.int().min(0),
  total: z.int().min(0),
  /** Of a migration: for how long nobody took for the replica; absent when this supervisor did not see it. */
  pause_ms: z.number().min(0).optional(),
});
export type Operation = z.infer<typeof Operation>;
