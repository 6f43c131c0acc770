/**
 * Encryption at the door (R-GOV-7, ADR 0034): what clients send is sealed before it is stored anywhere, and what they may see is opened
 * as it is read. Bodies that roles send each other stay sealed: nobody asks a gateway for them but by the log.
 */
import {
  decodeBody,
  edgeScope,
  isSealedEdge,
  JsonValue,
  KeyRingFile,
  messageOf,
  openBody,
  ownScope,
  parseTaskId,
  type Random,
  roleOfMailbox,
  type ScopeKeys,
  type SealedBody,
  type Subjects,
  type SystemManifest,
  sealBody,
  sealedIn,
  type TaskId,
  type TaskOrder,
  type TaskRecord,
  TroupeError,
  type Version,
} from "@troupe/runtime/internal";
import { BODY_LIMITS } from "../ingress/task-body.ts";

export interface ClientSealsPorts {
  readonly subjects: Subjects;
  readonly random: Random;
  /** File of the key ring; absent = this gateway was given none. */
  readonly keysFile: string | undefined;
  /** What was deployed as a version; `undefined` when that is not known here any more. */
  readonly manifestOf: (version: Version) => SystemManifest | undefined;
}

type Json = TaskOrder["input"];

export class ClientSeals {
  readonly #ports: ClientSealsPorts;
  readonly #ring: KeyRingFile | undefined;

  constructor(ports: ClientSealsPorts) {
    this.#ports = ports;
    this.#ring = ports.keysFile === undefined ? undefined : new KeyRingFile(ports.keysFile);
  }

  /** Whether what the task's client sends to this role, or gets from it, is sealed. */
  covers(task: TaskId, role: string): boolean {
    const version = parseTaskId(task)?.version;
    const manifest = version && this.#ports.manifestOf(version);
    return manifest !== undefined && isSealedEdge(manifest, role, "client");
  }

  /** The input as it is to be stored. Throws `unavailable` when it has to be sealed and there are no keys here. */
  input({ task, mailbox, input }: Pick<TaskOrder, "task" | "mailbox" | "input">): Json {
    const role = roleOfMailbox(mailbox);
    if (!this.covers(task, role)) return input;
    return this.#seal(input, this.#ports.subjects.start(task, mailbox), edgeScope("client", role));
  }

  /** A person's answer to a role, as the record of this subject is to hold it. Throws `unavailable` as {@link input} does. */
  answer(task: TaskId, role: string, subject: string, value: Json): Json {
    return this.covers(task, role) ? this.#seal(value, subject, edgeScope("human", role)) : value;
  }

  /** The record with what clients may see of it opened: a task's input, its result, its progress. What does not open stays as it is. */
  opened(record: TaskRecord): TaskRecord {
    const { subjects } = this.#ports;
    const { subject, body } = record;
    const { name, from, hop, task } = subject;
    if (this.#ring === undefined || !isObject(body)) return record;
    if (name.class === "t" && typeof body["by"] === "string") {
      const result = this.#openedIf(body["result"], subjects.done(task), edgeScope("client", body["by"]));
      return result === body["result"] ? record : { ...record, body: { ...body, result } };
    }
    if (hop === "end") return record;
    const at = subjects.record(task, hop, from, name);
    if (name.class === "s" && name.kind === "emit") {
      const data = this.#openedIf(body["data"], at, ownScope(from));
      return data === body["data"] ? record : { ...record, body: { ...body, data } };
    }
    const isInput = name.class === "m" && name.kind === "send" && from === "client";
    return isInput
      ? { ...record, body: this.#openedIf(body, at, edgeScope("client", roleOfMailbox(name.to))) }
      : record;
  }

  /** A task's input that was stored beside the log, opened. Throws `unavailable` without its key, `malformed_record`. */
  inputOf(value: unknown, task: TaskId, mailbox: string): unknown {
    const at = this.#ports.subjects.start(task, mailbox);
    const body = sealedIn(value);
    return body === undefined ? value : this.#open(body, at, [edgeScope("client", roleOfMailbox(mailbox))]);
  }

  /** A task's result, opened when it is still sealed: by the role that ended it, which is one of these. Throws as {@link inputOf} does. */
  resultOf(value: unknown, task: TaskId, roles: readonly string[]): unknown {
    const body = sealedIn(value);
    if (body === undefined) return value;
    const scopes = [...new Set(roles)].map((role) => edgeScope("client", role));
    return this.#open(body, this.#ports.subjects.done(task), scopes);
  }

  #seal(value: Json, subject: string, scope: string): Json {
    const keys = this.#keys(scope);
    const bytes = Buffer.from(JSON.stringify(value));
    return JsonValue.parse(
      JSON.parse(sealBody({ encoding: "json", bytes }, { keys, subject, nonce: this.#ports.random.bytes(24) })),
    );
  }

  #openedIf(value: unknown, subject: string, scope: string): unknown {
    const body = sealedIn(value);
    if (body === undefined) return value;
    try {
      return this.#open(body, subject, [scope]);
    } catch {
      return value; // whoever needs it opens it again, and is told why it does not open
    }
  }

  #open(body: SealedBody, subject: string, scopes: readonly string[]): unknown {
    let refused = new TroupeError("malformed_record", `nobody is known to have written ${subject}`);
    for (const scope of scopes) {
      try {
        const { encoding, bytes } = openBody(body, this.#keys(scope), subject);
        const decoded = decodeBody(encoding, bytes, BODY_LIMITS);
        if (decoded.ok) return decoded.value;
        throw new TroupeError("malformed_record", `${subject} holds what does not parse: ${decoded.reason}`);
      } catch (error) {
        if (!TroupeError.is(error)) throw error;
        refused = error;
      }
    }
    throw refused;
  }

  #keys(scope: string): ScopeKeys {
    const named = "set TROUPE_ENCRYPTION_KEYS, see `troupe encryption`";
    if (!this.#ring) throw new TroupeError("unavailable", `this gateway has no encryption keys: ${named}`);
    try {
      return this.#ring.scope(this.#ports.subjects.system, scope);
    } catch (error) {
      throw new TroupeError("unavailable", `this gateway's encryption keys cannot be read: ${messageOf(error)}`);
    }
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
