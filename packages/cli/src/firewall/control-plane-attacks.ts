/** What a role tries of the control plane: rows, services, records and notices of others. Pure. */
import {
  APPROVAL_VERBS,
  AUDIT_SOURCES,
  BUCKETS,
  type CompiledRole,
  SUPERVISOR_OPERATOR_VERBS,
} from "@troupe/runtime/internal";
import { type Attack, publish } from "./attack.ts";
import type { Range } from "./range.ts";

export function controlPlaneAttacks(range: Range, role: CompiledRole): Attack[] {
  const rows = BUCKETS.map((name) => range.subjects.row(name, "current"));
  return [
    ...rows.map((subject) => publish("control plane", `write ${subject}`, subject, "{}")),
    // Would empty the row, were it only written.
    ...rows.map(
      (subject): Attack => ({
        group: "control plane",
        name: `delete ${subject}`,
        act: { kind: "publish", subject, headers: { "KV-Operation": "PURGE", "Nats-Rollup": "sub" } },
      }),
    ),
    ...recordsOfOthers(range, role).map((subject) => publish("control plane", `publish ${subject}`, subject)),
    ...services(range).map((subject) => publish("control plane", `call ${subject}`, subject)),
  ];
}

function services({ subjects, system }: Range): readonly string[] {
  const [door = ""] = system.doors;
  return [
    ...[...SUPERVISOR_OPERATOR_VERBS, "health"].map((verb) => subjects.supervisor(verb)),
    subjects.credentials("node-1"),
    ...(["issue", "revoke", "list"] as const).map((verb) => subjects.identities(verb)),
    ...(["probe", "stop", "drain"] as const).map((verb) => subjects.node("node-1", verb)),
    ...(["submit", "run", "queue"] as const).map((verb) => subjects.tasks(door, verb)),
    ...APPROVAL_VERBS.map((verb) => subjects.approvalVerb(verb)),
    ...(["get", "cancel", "signal", "retry"] as const).map((verb) => subjects.taskVerb(verb)),
    // Services that are tools: nodes ask them, hosts may not.
    "tool.weather.get",
    ...Object.values(system.manifest.roles).flatMap(({ tools = [] }) =>
      tools.flatMap(({ kind, target }) => (kind === "service" && target !== undefined ? [target] : [])),
    ),
    "$SRV.PING",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.SERVER.PING.CONNZ",
    "$SYS.REQ.ACCOUNT.CORE.CONNZ",
    "$SYS.REQ.USER.INFO",
  ];
}

function recordsOfOthers({ subjects, task, system: { doors } }: Range, role: CompiledRole): readonly string[] {
  const { system } = subjects;
  const [door = ""] = doors;
  return [
    subjects.key("forged"),
    ...[door, role.name, "client"].map((owner) => subjects.blob(owner, "0".repeat(64), 0)),
    subjects.archive(task, 0),
    subjects.waiting("normal", task),
    ...AUDIT_SOURCES.map((source) => subjects.auditEntry(source)),
    subjects.auditCheckpoint(),
    `${system}.audit.forged`,
    subjects.bundle("0".repeat(64), 0),
    // Where a client library would keep a bundle, if one were kept there.
    `$O.${system}-bundles.C.forged`,
    `$O.${system}-bundles.M.forged`,
    subjects.controlEvent("forged"),
    subjects.control("ended"),
    subjects.control("died"),
    subjects.heartbeat("node-1"),
    subjects.count("user", "forged", 0),
    subjects.doneEvent(task),
    subjects.rowChanged("desired", "current"),
  ];
}
