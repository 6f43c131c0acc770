/**
 * Everything that is tried as a role. Pure. All of it names a task that does not exist and, where something would be deleted, a stream or
 * consumer that does not: an attack that succeeds is found, and harms nobody.
 */
import { type CompiledRole } from "@troupe/runtime/internal";
import { type Attack, publish } from "./attack.ts";
import { controlPlaneAttacks } from "./control-plane-attacks.ts";
import type { Range } from "./range.ts";

const ONWARD = ["send", "fan", "call"] as const;

/** All attacks as one role. */
export function attacksAs(range: Range, role: CompiledRole): readonly Attack[] {
  return [
    ...illegalEdges(range, role),
    ...forgedSenders(range, role),
    ...foreignRecords(range, role),
    ...otherVersions(range, role),
    ...controlPlaneAttacks(range, role),
    ...streams(range, role),
    ...acknowledgements(range, role),
    ...reservedHeaders(range, role),
    ...eavesdropping(range),
    ...steeredReplies(range, role),
  ];
}

const others = ({ system }: Range, { name }: CompiledRole) => [...system.roles.values()].filter((r) => r.name !== name);
const under = ({ subjects, task, hop }: Range, from: string): string => `${subjects.task(task)}.${hop}.${from}`;

function illegalEdges(range: Range, role: CompiledRole): Attack[] {
  const { subjects, task, system } = range;
  const own = under(range, role.name);
  const attacks: Attack[] = [];
  for (const receiver of system.roles.values()) {
    const isMissing = !role.targets.has(receiver.name);
    const group = receiver.name === role.name ? "edge to itself" : "missing edge";
    for (const { name: to } of receiver.mailboxes) {
      for (const kind of isMissing ? ONWARD : [])
        attacks.push(publish(group, `${role.name} → ${to} (${kind})`, `${own}.m.${kind}.${to}`));
      attacks.push(publish(group, `${role.name} → ${to} (again)`, `${own}.m.again1.${to}`));
      if (!receiver.targets.has(role.name))
        attacks.push(publish(group, `${role.name} → ${to} (reply)`, `${own}.m.reply.${to}`));
    }
  }
  attacks.push(publish("answer to the client", `${role.name} → client (send)`, `${own}.m.send.client`));
  if (!role.mayComplete)
    attacks.push(publish("answer to the client", `${role.name} → client (done)`, subjects.done(task)));
  return attacks;
}

function forgedSenders(range: Range, role: CompiledRole): Attack[] {
  const { subjects, task, system } = range;
  const to = [...system.roles.values()].flatMap(({ mailboxes }) => mailboxes.map(({ name }) => name));
  const senders = [...others(range, role).map(({ name }) => name), "client", "human", "timer", "supervisor", "end"];
  return [
    ...to.map((door) => publish("forged sender", `client → ${door}`, subjects.start(task, door))),
    ...senders.flatMap((sender) =>
      to.flatMap((mailbox) =>
        ["send", "reply", "again1"].map((kind) =>
          publish(
            "forged sender",
            `as ${sender} → ${mailbox} (${kind})`,
            `${under(range, sender)}.m.${kind}.${mailbox}`,
          ),
        ),
      ),
    ),
    // Tokens that a server without a check of subjects might take for a filter.
    ...to.flatMap((mailbox) =>
      ["*", ">"].map((any) =>
        publish("forged sender", `as ${any} → ${mailbox}`, `${under(range, any)}.m.send.${mailbox}`),
      ),
    ),
  ];
}

function foreignRecords(range: Range, role: CompiledRole): Attack[] {
  const { subjects, task, hop, version } = range;
  const stream = subjects.logStream(0);
  const log = `${subjects.system}.log.0`;
  const get = (name: string, filter: string) =>
    publish("foreign records", `read ${name}`, `JSC.API.DIRECT.GET.${stream}.${filter}`);
  return [
    ...others(range, role).flatMap(({ name, mailboxes }) => [
      ...["c.claim.1", "c.dead.0", "s.step.1", "s.begin.1"].map((record) =>
        publish("foreign records", `write ${record} of ${name}`, `${under(range, name)}.${record}`),
      ),
      publish("foreign records", `write the state of ${name}`, `${log}.all.${hop}.state.${name}.v.rev.1`),
      get(`the journal of ${name}`, subjects.own(task, hop, name)),
      get(`the state of ${name}`, `${log}.all.*.state.${name}.>`),
      ...mailboxes.flatMap(({ name: mailbox }) => [
        get(`the mailbox of ${mailbox}`, subjects.mailbox(0, version, mailbox)),
        publish(
          "foreign records",
          `pull from ${mailbox}`,
          `JSC.API.CONSUMER.MSG.NEXT.${stream}.${subjects.durable(version, mailbox)}`,
          PULL,
        ),
      ]),
    ]),
    get("a whole task", `${subjects.task(task)}.>`),
    get("every task", `${log}.>`),
    get("by a filter inside a token", `${log}.${version}.>.>.${role.name}`),
    publish("foreign records", "read any record by its sequence", `JSC.API.DIRECT.GET.${stream}`, '{"seq":1}'),
    publish("foreign records", "write a turn of a session", `${log}.all.${hop}.queue.client.v.turn.1`),
  ];
}

/** A pull that is refused for its heartbeat: it would show that pulls arrive, and takes no message. */
const PULL = '{"batch":1,"expires":1000000000,"idle_heartbeat":900000000}';

function otherVersions({ subjects, version, task, hop, system }: Range, role: CompiledRole): Attack[] {
  const to = [...system.roles.values()][0]?.name ?? role.name;
  const later = `v${Number(version.slice(1)) + 1}`;
  return [later, "v0", "all", "*", ">"].flatMap((other) =>
    [`${role.name}.m.send.${to}`, `${role.name}.s.step.1`].map((record) =>
      publish("other versions", `${record} in ${other}`, `${subjects.system}.log.0.${other}.${task}.${hop}.${record}`),
    ),
  );
}

function streams({ subjects, version }: Range, role: CompiledRole): Attack[] {
  const log = subjects.logStream(0);
  const nobody = `${log}_NOBODY`;
  const own = subjects.durable(version, role.name);
  const verbs = [
    "INFO",
    "STREAM.LIST",
    "STREAM.NAMES",
    `STREAM.INFO.${log}`,
    `STREAM.CREATE.${nobody}`,
    `STREAM.UPDATE.${nobody}`,
    `STREAM.PURGE.${nobody}`,
    `STREAM.DELETE.${nobody}`,
    `STREAM.MSG.GET.${log}`,
    `STREAM.MSG.DELETE.${nobody}`,
    `STREAM.SNAPSHOT.${nobody}`,
    `CONSUMER.LIST.${log}`,
    `CONSUMER.INFO.${log}.${own}`,
    `CONSUMER.CREATE.${nobody}`,
    `CONSUMER.CREATE.${log}.nobody.${subjects.system}.log.>`,
    `CONSUMER.DURABLE.CREATE.${nobody}.nobody`,
    `CONSUMER.DELETE.${log}.nobody`,
    `CONSUMER.PAUSE.${log}.nobody`,
    `DIRECT.GET.${subjects.bucketStream("desired")}.${subjects.row("desired", "current")}`,
    `DIRECT.GET.${subjects.bucketStream("api-keys")}`,
    `DIRECT.GET.${subjects.bucketStream("push")}`,
    ...(["AUDIT", "BLOBS", "BUNDLES", "KEYS", "INGRESS", "ARCHIVE", "CONTROL"] as const).map(
      (name) => `DIRECT.GET.${subjects.stream(name)}`,
    ),
    `STREAM.MSG.GET.${subjects.stream("AUDIT")}`,
  ];
  return ["JSC.API", "$JS.API"].flatMap((prefix) =>
    verbs.map((verb) => publish("streams and consumers", `${prefix}.${verb}`, `${prefix}.${verb}`, "{}")),
  );
}

function acknowledgements(range: Range, role: CompiledRole): Attack[] {
  const { subjects, version } = range;
  const stream = subjects.logStream(0);
  const durables = [
    ...others(range, role).flatMap(({ mailboxes }) =>
      mailboxes.map(({ name }) => `${stream}.${subjects.durable(version, name)}`),
    ),
    `${subjects.stream("INGRESS")}.queue`,
  ];
  return durables.flatMap((consumer) =>
    [`$JS.ACK.${consumer}.1.1.1.1.0`, `$JS.ACK._.CORE.${consumer}.1.1.1.1.0.x`].map((subject) =>
      publish("acknowledgements", subject, subject, "+TERM"),
    ),
  );
}

/** Headers that give the server orders, on a record that the role may write. */
function reservedHeaders(range: Range, role: CompiledRole): Attack[] {
  const subject = `${under(range, role.name)}.s.step.1`;
  const orders: Readonly<Record<string, string>>[] = [
    { "Nats-Rollup": "all" },
    { "Nats-Rollup": "sub" },
    { "Nats-Schedule": "@at 2030-01-01T00:00:00Z", "Nats-Schedule-Target": subject },
    { "Nats-TTL": "1s" },
    { "Nats-Incr": "1" },
    { "Nats-Batch-Id": "forged", "Nats-Batch-Sequence": "1" },
  ];
  return orders.map((headers) => ({
    group: "reserved headers",
    name: Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join(", "),
    act: { kind: "publish", subject, headers, isOwnSubject: true },
  }));
}

function eavesdropping({ subjects }: Range): Attack[] {
  const { system } = subjects;
  const wanted = [
    ">",
    "*.>",
    `${system}.>`,
    `${system}.log.>`,
    `${system}.events.>`,
    `${system}.tokens.>`,
    `${system}.live.*`,
    `${system}.kv.>`,
    `${system}.control.>`,
    "tool.>",
    "_INBOX_supervisor.>",
    "_INBOX_operator.>",
    "_INBOX_host.>",
    "_R_.>",
    "$JS.>",
    "$JS.ACK.>",
    "$KV.>",
    "$SYS.>",
    "$SRV.>",
  ];
  return wanted.map((subject) => ({ group: "eavesdropping", name: subject, act: { kind: "subscribe", subject } }));
}

function steeredReplies(range: Range, role: CompiledRole): Attack[] {
  const { subjects, task, hop, version } = range;
  const stream = subjects.logStream(0);
  const own = subjects.own(task, hop, role.name);
  const asks: readonly (readonly [string, string, string, Readonly<Record<string, string>>?])[] = [
    ["direct get", `JSC.API.DIRECT.GET.${stream}.${own}`, ""],
    ["next message", `$JS.ACK.${stream}.${subjects.durable(version, role.name)}.1.1.1.1.0`, `+NXT ${PULL}`],
    ["pull", `JSC.API.CONSUMER.MSG.NEXT.${stream}.${subjects.durable(version, role.name)}`, PULL],
    // Refused for its fence, so that nothing is stored; the refusal is an answer too.
    [
      "acknowledgement of a record",
      `${under(range, role.name)}.s.step.1`,
      "{}",
      { "Nats-Expected-Last-Subject-Sequence": "1", "Nats-Expected-Last-Subject-Sequence-Subject": own },
    ],
  ];
  const places = [
    ["a mailbox", `${under(range, "client")}.m.send.${role.name}`],
    ["another role's journal", `${under(range, others(range, role)[0]?.name ?? "client")}.s.step.1`],
    ["the task's end", subjects.done(task)],
    ["a KV row", subjects.row("desired", "forged")],
    ["another inbox", "_INBOX_supervisor.forged"],
    ["a key", subjects.key(hop)],
  ] as const;
  return asks.flatMap(([ask, subject, body, headers]) =>
    places.map(
      ([place, reply]): Attack => ({
        group: "steered replies",
        name: `${ask} into ${place}`,
        act: { kind: "steer", subject, body, reply, ...(headers && { headers }) },
      }),
    ),
  );
}
