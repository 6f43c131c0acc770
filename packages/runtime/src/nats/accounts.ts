/**
 * The accounts of a system as data (DESIGN §6), those of its roles apart: they follow from each version's graph (`graph/role-accounts.ts`).
 * Imports are the firewall: what an account does not import, the server answers with "no responders". The user `host` of CORE is the
 * fallback for servers to which nobody adds the accounts of roles.
 */
import { HEARTBEAT_SUBJECTS, PROMPT_SUBJECTS, roleAgentSubject } from "../contracts/agent-protocol.ts";
import { AUTH_ERROR_EVENTS, CONNECT_EVENTS, DISCONNECT_EVENTS } from "../contracts/link-names.ts";
import { NODE_BUCKETS } from "../contracts/stores.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { SUPERVISOR_READ_VERBS } from "../contracts/verbs.ts";
import {
  type Account,
  type AccountUser,
  ackSubjects,
  apiImports,
  directGets,
  type Permissions,
  service,
  serviceOf,
  stream,
  streamOf,
} from "./account.ts";
import { CORE_API_PREFIX } from "./api-prefix.ts";
import { type AccountName, PLACE_OF_USER, USERS, type UserName } from "./users.ts";

/** A run may think for minutes between two chunks, a drain before its answer; a route that is forgotten loses it without an error. */
const LONG = { threshold: "1h" };
const SHORT = { threshold: "1m" };
/** Where services that are tools listen, on servers with these accounts. */
const TOOL_SUBJECTS = "tool.>";

/** What the server tells of connections: who signed in, who was refused, whose ended. */
const SERVER_EVENTS = [CONNECT_EVENTS, AUTH_ERROR_EVENTS, DISCONNECT_EVENTS];

/** All accounts of a system with this many log shards. */
export function systemAccounts(subjects: Subjects, shards: number): readonly Account[] {
  const logs = Array.from({ length: shards }, (_, shard) => subjects.logStream(shard));
  return [
    core(subjects, logs),
    gateway(subjects, logs),
    node(subjects, logs),
    client(subjects),
    // Services that agents may ask as tools, and agents that play roles: the nodes ask them, and they see nothing of the system.
    {
      name: "TOOLS",
      hasJetStream: false,
      users: usersOf("TOOLS"),
      exports: [TOOL_SUBJECTS, PROMPT_SUBJECTS].map((subject) => ({ ...service(subject), response: LONG })),
      imports: [],
    },
    {
      name: "SYS",
      hasJetStream: false,
      users: usersOf("SYS"),
      exports: SERVER_EVENTS.map(stream),
      imports: [],
    },
  ];
}

function core(subjects: Subjects, logs: readonly string[]): Account {
  const { system: sys } = subjects;
  const ingress = subjects.stream("INGRESS");
  const readable = [
    ...logs,
    ...(["KEYS", "ARCHIVE", "BLOBS", "BUNDLES", "INGRESS"] as const).map((name) => subjects.stream(name)),
    ...(["desired", "placement", "members", "api-keys", "push", ...NODE_BUCKETS] as const).map((name) =>
      subjects.bucketStream(name),
    ),
  ];
  return {
    name: "CORE",
    hasJetStream: true,
    users: usersOf("CORE", { host: hostPermissions(subjects, logs) }),
    exports: [
      ...[
        `${sys}.log.>`,
        `${sys}.key.*`,
        `${sys}.count.>`,
        `${sys}.blob.>`,
        `${sys}.tasks.*.queue`,
        `${sys}.ingress.>`,
        ...([...NODE_BUCKETS, "push"] as const).map((name) => subjects.row(name, ">")),
      ].map(service),
      ...[`${sys}.heartbeat.*`, `${sys}.control.died`, `${sys}.control.event.>`].map(service),
      ...(["gateway", "node"] as const).map((source) => service(subjects.auditEntry(source))),
      { ...service(`${sys}.supervisor.*`), response: LONG },
      { ...service(`${sys}.credentials.*`), response: SHORT },
      { ...service("$SRV.>"), response: SHORT },
      // What state a stream is in tells what time it is.
      ...[...[ingress, ...logs].map((name) => `CONSUMER.MSG.NEXT.${name}.*`), `STREAM.INFO.${ingress}`].map((name) => ({
        ...service(`${CORE_API_PREFIX}.${name}`),
        response: SHORT,
      })),
      ...[ingress, ...logs].flatMap(ackSubjects).map(service),
      ...readable.flatMap((name) => [
        { ...service(`${CORE_API_PREFIX}.DIRECT.GET.${name}`), response: SHORT },
        service(`${CORE_API_PREFIX}.DIRECT.GET.${name}.>`),
      ]),
      ...[`${sys}.events.>`, `${sys}.live.*`, `${sys}.tokens.>`, `${sys}.kv.>`, `${sys}.control.*`].map(stream),
      stream(subjects.alert("*")),
    ],
    imports: [
      ...[`${sys}.tasks.*.submit`, `${sys}.tasks.*.run`, `${sys}.task.*`, "$SRV.>"].map(serviceOf("GATEWAY")),
      // Who decides has to be known: what a request says of itself is a claim.
      { ...serviceOf("GATEWAY")(`${sys}.approvals.*`), tellsWho: true },
      ...[`${sys}.node.*.*`, "$SRV.>"].map(serviceOf("NODE")),
      // Notices of others: what comes in by a stream import is not passed on by a stream export, so nobody hears them twice.
      ...[`${sys}.control.ended`].map(streamOf("GATEWAY")),
      ...SERVER_EVENTS.map(streamOf("SYS")),
    ],
  };
}

/** What agent code can do on the bus: publish records and hints, pull, acknowledge, read by subject. */
function hostPermissions({ system: sys }: Subjects, logs: readonly string[]): Permissions {
  return {
    publish: [
      `${sys}.log.>`,
      `${sys}.live.*`,
      `${sys}.tokens.>`,
      ...logs.flatMap((name) => [
        `${CORE_API_PREFIX}.CONSUMER.MSG.NEXT.${name}.*`,
        `${CORE_API_PREFIX}.DIRECT.GET.${name}.>`,
        ...ackSubjects(name),
      ]),
    ],
    subscribe: [`${PLACE_OF_USER.host.inboxPrefix}.>`, `${sys}.control.*`],
  };
}

function gateway(subjects: Subjects, logs: readonly string[]): Account {
  const { system: sys } = subjects;
  const ingress = subjects.stream("INGRESS");
  const readable = [
    ...logs,
    ...(["KEYS", "ARCHIVE", "BLOBS", "INGRESS"] as const).map((name) => subjects.stream(name)),
    ...(["desired", "api-keys", "push"] as const).map((name) => subjects.bucketStream(name)),
  ];
  const written = [
    `${sys}.log.*.*.*.start.client.m.send.*`,
    `${sys}.log.*.*.*.*.human.m.reply.*`,
    `${sys}.log.*.*.*.end.end.t.done.client`,
    `${sys}.log.*.all.*.queue.client.v.turn.*`,
    `${sys}.key.*`,
    `${sys}.count.*.*.*`,
    `${sys}.blob.client.*.*`,
    `${sys}.tasks.*.queue`,
    `${sys}.ingress.>`,
    `${sys}.heartbeat.*`,
    `${sys}.supervisor.*`,
    subjects.auditEntry("gateway"),
    subjects.row("push", ">"),
  ];
  return {
    name: "GATEWAY",
    hasJetStream: false,
    users: usersOf("GATEWAY"),
    exports: [
      { ...service(`${sys}.tasks.*.submit`), response: SHORT },
      { ...service(`${sys}.tasks.*.run`), response: LONG },
      { ...service(`${sys}.task.*`), response: LONG },
      { ...service(`${sys}.approvals.*`), response: SHORT },
      { ...service(roleAgentSubject("prompt", sys, "*")), response: LONG },
      ...(["status", "answer"] as const).map((verb) => ({
        ...service(roleAgentSubject(verb, sys, "*")),
        response: SHORT,
      })),
      stream(roleAgentSubject("hb", sys, "*")),
      { ...service("$SRV.>"), response: SHORT },
      // What roles say to those who watch. Straight to the gateways: a service import of CORE would not be passed on by its stream export.
      ...[`${sys}.live.*`, `${sys}.tokens.*.*`].map(service),
      stream(`${sys}.control.ended`),
    ],
    imports: [
      ...[...written, ...ackSubjects(ingress)].map(serviceOf("CORE")),
      ...apiImports([`CONSUMER.MSG.NEXT.${ingress}.*`, `STREAM.INFO.${ingress}`, ...directGets(readable)]),
      ...[`${sys}.events.>`, `${sys}.live.*`, `${sys}.tokens.>`, `${sys}.kv.>`].map(streamOf("CORE")),
    ],
  };
}

function node(subjects: Subjects, logs: readonly string[]): Account {
  const { system: sys } = subjects;
  const buckets = (["desired", "placement", ...NODE_BUCKETS] as const).map((name) => subjects.bucketStream(name));
  const readable = [subjects.stream("BLOBS"), subjects.stream("BUNDLES"), ...buckets];
  // Of whom a task is: what a host says of that is a claim.
  const starts = logs.map((name) => `DIRECT.GET.${name}.${sys}.log.*.*.*.start.client.m.send.*`);
  return {
    name: "NODE",
    hasJetStream: false,
    users: usersOf("NODE"),
    exports: [
      { ...service(`${sys}.node.*.*`), response: LONG },
      { ...service("$SRV.>"), response: SHORT },
    ],
    imports: [
      ...[`${sys}.heartbeat.*`, `${sys}.control.event.>`, `${sys}.control.died`, `${sys}.blob.>`].map(
        serviceOf("CORE"),
      ),
      serviceOf("CORE")(subjects.auditEntry("node")),
      // Keys of the roles that it plays, where somebody issues them one by one.
      ...[`${sys}.credentials.*`].map(serviceOf("CORE")),
      // What a dead host held is given back by its node.
      ...logs.flatMap(ackSubjects).map(serviceOf("CORE")),
      ...NODE_BUCKETS.map((name) => subjects.row(name, ">")).map(serviceOf("CORE")),
      ...apiImports([...directGets(readable), ...starts]),
      ...[`${sys}.kv.>`, `${sys}.control.*`].map(streamOf("CORE")),
      ...[`${sys}.control.ended`].map(streamOf("GATEWAY")),
      // Which of them a role may ask is in its deployment; the node looks there.
      ...[TOOL_SUBJECTS, PROMPT_SUBJECTS].map(serviceOf("TOOLS")),
    ],
  };
}

/** Also the anonymous user's account: it may call the doors, ask, and hear of alerts, nothing else. */
function client(subjects: Subjects): Account {
  const { system: sys } = subjects;
  const doors = [
    `${sys}.tasks.*.submit`,
    `${sys}.tasks.*.run`,
    `${sys}.task.*`,
    ...(["prompt", "status", "answer"] as const).map((verb) => roleAgentSubject(verb, sys, "*")),
  ];
  const asks = [`${sys}.tasks.*.queue`, ...SUPERVISOR_READ_VERBS.map((verb) => `${sys}.supervisor.${verb}`), "$SRV.>"];
  const permissions = {
    publish: [...doors, ...asks],
    // Heartbeats of every agent, as callers ask for them; the account has those of its own system alone, and nobody in it may send any.
    subscribe: [`${PLACE_OF_USER.client.inboxPrefix}.>`, subjects.alert("*"), HEARTBEAT_SUBJECTS],
  };
  return {
    name: "CLIENT",
    hasJetStream: false,
    users: usersOf("CLIENT", { client: permissions }),
    exports: [],
    imports: [
      ...doors.map(serviceOf("GATEWAY")),
      ...asks.map(serviceOf("CORE")),
      streamOf("CORE")(subjects.alert("*")),
      streamOf("GATEWAY")(roleAgentSubject("hb", sys, "*")),
    ],
  };
}

function usersOf(account: AccountName, permissions: Partial<Record<UserName, Permissions>> = {}): AccountUser[] {
  return USERS.filter((name) => PLACE_OF_USER[name].account === account).map((name) => {
    const own = permissions[name];
    return own ? { name, permissions: own } : { name };
  });
}
