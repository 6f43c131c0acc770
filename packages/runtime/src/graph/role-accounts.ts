/**
 * The graph as a firewall: one account for each role of a version, without JetStream, that imports exactly the lines which its edges give
 * it, with the literal version (DESIGN §6). Pure: the same system gives the same text. What is not imported does not exist for the role:
 * the server answers "no responders", and the user's allow list makes it say so in its log.
 */
import type { Subjects } from "../contracts/subjects.ts";
import type { RevokedEdge } from "../contracts/system.ts";
import type { Version } from "../ids.ts";
import { type Account, ackSubjects, apiImports, type Import, serviceOf } from "../nats/account.ts";
import { PLACE_OF_ROLE, roleAccountName, roleUserName } from "../nats/users.ts";
import type { CompiledRole, CompiledSystem } from "./compile.ts";

/** What a version of a system compiles from. */
export interface VersionedSystem {
  readonly subjects: Subjects;
  /** Shards of the task log. */
  readonly shards: number;
  readonly version: Version;
  readonly system: CompiledSystem;
  /** Edges that an operator has cut: no line for them. Answers to earlier calls go on. */
  readonly revoked?: readonly RevokedEdge[] | undefined;
}

/** An edge onward: the sender's own records for the receiver's mailboxes. */
const ONWARD = ["send", "fan", "call"] as const;

/** The accounts of all roles, in the order of the system file. */
export function roleAccounts(source: VersionedSystem): readonly Account[] {
  return [...source.system.roles.values()].map((role) => roleAccount(source, role));
}

function roleAccount(source: VersionedSystem, role: CompiledRole): Account {
  const { subjects, version } = source;
  const imports = [
    ...[`${subjects.system}.live.*`, `${subjects.system}.tokens.*.*`].map(serviceOf("GATEWAY")),
    ...Array.from({ length: source.shards }, (_, shard) => [
      ...writes(source, role, shard).map(serviceOf("CORE")),
      ...durablesOf(source, role)
        .flatMap((durable) => ackSubjects(`${subjects.logStream(shard)}.${durable}`))
        .map(serviceOf("CORE")),
      ...apiImports(apiCalls(source, role, shard)),
    ]).flat(),
  ];
  return {
    name: roleAccountName(version, role.name),
    hasJetStream: false,
    users: [
      {
        name: roleUserName(version, role.name),
        permissions: { publish: imports.map(localName), subscribe: [`${PLACE_OF_ROLE.inboxPrefix}.>`] },
      },
    ],
    exports: [],
    imports,
  };
}

/** Subjects of the log that the role may write. An edge to `human` is none of them: a person is asked by a wait, and a gateway answers. */
function writes({ subjects, version, system, revoked = [] }: VersionedSystem, role: CompiledRole, shard: number) {
  const log = `${subjects.system}.log.${shard}`;
  const own = `${log}.${version}.*.*.${role.name}`;
  const roles = [...system.roles.values()];
  const isCut = (to: string) => revoked.some((edge) => edge.from === role.name && edge.to === to);
  const receivers = roles.filter(({ name }) => role.targets.has(name) && !isCut(name));
  const callers = roles.filter(({ targets }) => targets.has(role.name));
  return [
    ...mailboxNames(receivers).flatMap((to) => ONWARD.map((kind) => `${own}.m.${kind}.${to}`)),
    ...mailboxNames(callers).map((to) => `${own}.m.reply.${to}`),
    `${own}.c.*.*`,
    `${own}.s.*.*`,
    `${log}.all.*.state.${role.name}.v.rev.*`,
    ...(role.mayComplete && !isCut("client") ? [done(subjects, shard, version)] : []),
  ];
}

/** JetStream API calls of the role, without their prefix: pulls of its own durables, reads of what it wrote, of its mailboxes, of ends. */
function apiCalls(source: VersionedSystem, role: CompiledRole, shard: number): string[] {
  const { subjects, version } = source;
  const stream = subjects.logStream(shard);
  const log = `${subjects.system}.log.${shard}`;
  const readable = [
    `${log}.${version}.*.*.${role.name}.>`,
    ...role.mailboxes.map(({ name }) => subjects.mailbox(shard, version, name)),
    `${log}.all.*.state.${role.name}.>`,
    done(subjects, shard, version),
  ];
  return [
    ...durablesOf(source, role).map((durable) => `CONSUMER.MSG.NEXT.${stream}.${durable}`),
    ...readable.map((subject) => `DIRECT.GET.${stream}.${subject}`),
  ];
}

const mailboxNames = (roles: readonly CompiledRole[]): string[] =>
  roles.flatMap(({ mailboxes }) => mailboxes.map(({ name }) => name));

const durablesOf = ({ subjects, version }: VersionedSystem, { mailboxes }: CompiledRole): string[] =>
  mailboxes.map(({ name }) => subjects.durable(version, name));

const done = ({ system }: Subjects, shard: number, version: Version): string =>
  `${system}.log.${shard}.${version}.*.end.end.t.done.client`;

const localName = ({ subject, to }: Import): string => to ?? subject;
