/** What a request becomes in the deployed system: which mailbox, which deadline, which id. Pure. */
import {
  type CompiledSystem,
  isRoleName,
  mailboxFor,
  sessionKey,
  sessionShard,
  type TaskId,
  type TaskOrder,
  type TaskRequest,
  type TraceContext,
  TroupeError,
  undeclaredRequirements,
  type Version,
} from "@troupe/runtime/internal";

/** The version that new tasks begin with. */
export interface CurrentSystem {
  readonly version: Version;
  readonly system: CompiledSystem;
}

export interface OrderContext {
  readonly current: CurrentSystem;
  readonly tenant: string;
  /** Who asks, where callers sign in. */
  readonly user?: string | undefined;
  readonly trace?: TraceContext | undefined;
  readonly shards: number;
  readonly nowMs: number;
  /** A shard for a task without a session. */
  readonly shard: number;
  newTaskId(shard: number, version: Version): TaskId;
}

/** Throws `unknown_role` with the doors, `unmet_capabilities` with what is missing, or `invalid_request`. */
export function decideOrder(role: string, request: TaskRequest, context: OrderContext): TaskOrder {
  const { current, tenant, user, trace, nowMs, shards } = context;
  const requires = request.required_capabilities ?? [];
  const mailbox = requireDoor(current.system, role, requires);
  if (request.session !== undefined && request.max_load !== undefined)
    throw new TroupeError(
      "invalid_request",
      "max_load: not together with session; its tasks begin as the ones before end",
    );
  const key = request.session === undefined ? undefined : sessionKey(tenant, request.session);
  const shard = key === undefined ? context.shard : sessionShard(key, shards);
  const deadlineMs = request.deadline_ms ?? current.system.manifest.limits.deadlineMs;
  return {
    v: 1,
    task: context.newTaskId(shard, current.version),
    mailbox,
    input: request.input,
    acceptedAtMs: nowMs,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    tenant,
    ...(user === undefined ? {} : { user }),
    priority: request.priority ?? "normal",
    ...(key === undefined || request.session === undefined ? {} : { session: { key, name: request.session } }),
    requires: [...requires],
    ...(request.max_load === undefined ? {} : { maxLoad: request.max_load }),
    ...(request.budget === undefined ? {} : { budget: request.budget }),
    ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
    ...(trace && { trace }),
  };
}

function requireDoor(system: CompiledSystem, name: string, requires: readonly string[]): string {
  const role = isRoleName(name) && system.doors.has(name) ? system.roles.get(name) : undefined;
  if (!role) {
    const doors = [...system.doors];
    const shown = JSON.stringify(name.slice(0, 60));
    throw new TroupeError("unknown_role", `clients may not address ${shown}; they may address: ${doors.join(", ")}`, {
      details: { role: name.slice(0, 60), doors },
    });
  }
  const undeclared = undeclaredRequirements(system, requires);
  const mailbox = mailboxFor(role, requires);
  if (undeclared.length > 0 || !mailbox) {
    const what = undeclared.length > 0 ? `no role declares ${undeclared.join(", ")}` : `no variant of ${name} has all`;
    throw new TroupeError("unmet_capabilities", `required capabilities are not met: ${what}`, {
      details: { required: [...requires], undeclared: [...undeclared] },
    });
  }
  return mailbox.name;
}
