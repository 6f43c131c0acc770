/**
 * Seals the audit stream: reads what was stored since the last checkpoint and stores a signed one over it. Checkpoints are fenced with the
 * one before, so that of several sealers, a frozen leader among them, one extends the chain and the others begin anew from what it wrote.
 */
import { type Clock, rfc3339 } from "../clock.ts";
import { decodeJson } from "../codec/json.ts";
import { AUDIT_VERSION, AuditCheckpoint, type AuditHead } from "../contracts/audit.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import { directGetBatch, directGetLast } from "../nats/direct-get.ts";
import { createPublisher, type Publisher } from "../nats/publisher.ts";
import { type AuditRecord, chainStart, checkpointText, digestOf, headText, linkAfter } from "./chain.ts";
import type { AuditHeadStore } from "./head-file.ts";
import { readAudit } from "./read-audit.ts";
import { type AuditSigner, isSignedBy } from "./signing-key.ts";

export interface AuditSealerOptions {
  /** One of CORE. */
  readonly link: Link;
  readonly subjects: Subjects;
  readonly signer: AuditSigner;
  readonly heads?: AuditHeadStore | undefined;
  readonly clock: Clock;
}

/** The end of the chain. */
interface End {
  readonly number: number;
  /** Last record that is sealed. */
  readonly to: number;
  readonly head: string;
  /** Of the checkpoint's own record; 0 = there is none yet. */
  readonly sequence: number;
}

/** Records in one checkpoint, at most. */
const PER_CHECKPOINT = 500;

export class AuditSealer {
  readonly #options: AuditSealerOptions;
  readonly #publisher: Publisher;
  #end: End | undefined;

  constructor(options: AuditSealerOptions) {
    this.#options = options;
    this.#publisher = createPublisher(options.link, { clock: options.clock });
  }

  /**
   * Seals everything that is stored. Returns how many records that were. Throws `unavailable`, or `conflict` when somebody else seals: then,
   * and after any failure, the next call looks anew.
   */
  async seal(): Promise<number> {
    let sealed = 0;
    for (;;) {
      const end = (this.#end ??= await this.#readEnd());
      const { records, to } = await this.#unsealed(end);
      const isFull = to === end.to + PER_CHECKPOINT;
      const { auditCheckpoint } = this.#names();
      // A checkpoint alone needs no other one: it carries its own signature.
      if (!isFull && records.every(({ subject }) => subject === auditCheckpoint)) return sealed;
      this.#end = undefined;
      this.#end = await this.#store(this.#checkpoint(end, records, to), end);
      await this.#options.heads?.write(this.#head(this.#end));
      sealed += records.length;
      if (!isFull) return sealed;
    }
  }

  /** How far the chain reaches, signed now. */
  async head(): Promise<AuditHead> {
    return this.#head((this.#end ??= await this.#readEnd()));
  }

  /** What was sealed here before and is not in the stream any more: it was cut off, or is another stream. */
  async missing(): Promise<{ readonly known: number; readonly found: number } | undefined> {
    const known = await this.#options.heads?.read();
    const end = (this.#end ??= await this.#readEnd());
    return known !== undefined && known.number > end.number ? { known: known.number, found: end.number } : undefined;
  }

  close(): void {
    this.#publisher.close();
  }

  #names(): { readonly auditCheckpoint: string; readonly stream: string } {
    const { subjects } = this.#options;
    return { auditCheckpoint: subjects.auditCheckpoint(), stream: subjects.stream("AUDIT") };
  }

  /** The last checkpoint, with the sequence of the last record that claims to be one: the fence is over all of them. */
  async #readEnd(): Promise<End> {
    const { link, subjects } = this.#options;
    const { auditCheckpoint, stream } = this.#names();
    const last = await directGetLast(link, stream, auditCheckpoint);
    const start = { number: 0, to: 0, head: chainStart(subjects.system), sequence: 0 };
    if (last === undefined) return start;
    const { sequence } = last;
    const checkpoint = signedCheckpoint(last.body) ?? (await this.#lastSigned());
    return checkpoint === undefined ? { ...start, sequence } : { ...endOf(checkpoint), sequence };
  }

  /** Somebody has written what is no checkpoint. The verifier names it; the chain goes on from the last one that is. */
  async #lastSigned(): Promise<AuditCheckpoint | undefined> {
    const { link } = this.#options;
    const { auditCheckpoint: filter, stream } = this.#names();
    let found: AuditCheckpoint | undefined;
    for await (const { body } of directGetBatch(link, stream, { filter })) found = signedCheckpoint(body) ?? found;
    return found;
  }

  /** What comes next: records, and up to where. What somebody took out of the stream leaves a gap, and is named by the verifier. */
  async #unsealed({ to }: End): Promise<{ readonly records: readonly AuditRecord[]; readonly to: number }> {
    const { link, subjects } = this.#options;
    const limit = to + PER_CHECKPOINT;
    const records: AuditRecord[] = [];
    for await (const record of readAudit(link, subjects, { from: to + 1 })) {
      if (record.sequence > limit) return { records, to: limit };
      records.push(record);
      if (record.sequence === limit) break;
    }
    return { records, to: records.at(-1)?.sequence ?? to };
  }

  #checkpoint(end: End, records: readonly AuditRecord[], to: number): AuditCheckpoint {
    const { subjects, signer, clock } = this.#options;
    const present = new Map(records.map((record) => [record.sequence, digestOf(record)]));
    const digests = Array.from({ length: to - end.to }, (_, index) => {
      const sequence = end.to + 1 + index;
      return present.get(sequence) ?? digestOf({ sequence, subject: "", headers: "", body: new Uint8Array() });
    });
    const unsigned: AuditCheckpoint = {
      v: AUDIT_VERSION,
      system: subjects.system,
      number: end.number + 1,
      from: end.to + 1,
      to,
      previous: end.head,
      head: linkAfter(end.head, digests),
      digests,
      at: rfc3339(clock.nowMs()),
      key: signer.key,
      signature: "",
    };
    return { ...unsigned, signature: signer.sign(checkpointText(unsigned)) };
  }

  async #store(checkpoint: AuditCheckpoint, end: End): Promise<End> {
    const { auditCheckpoint: filter } = this.#names();
    const body = Buffer.from(JSON.stringify(checkpoint));
    const outcome = await this.#publisher.publish(filter, body, undefined, { filter, sequence: end.sequence });
    if (outcome.kind === "stored") return { ...endOf(checkpoint), sequence: outcome.sequence };
    if (outcome.kind === "fence_moved")
      throw new TroupeError("conflict", "another sealer has extended the audit chain");
    const text = "text" in outcome ? outcome.text : outcome.kind;
    throw new TroupeError("unavailable", `checkpoint ${checkpoint.number} was not stored: ${text}`);
  }

  #head({ number, sequence, head }: End): AuditHead {
    const { subjects, signer, clock } = this.#options;
    const unsigned: AuditHead = {
      v: AUDIT_VERSION,
      system: subjects.system,
      number,
      sequence,
      head,
      at: rfc3339(clock.nowMs()),
      key: signer.key,
      signature: "",
    };
    return { ...unsigned, signature: signer.sign(headText(unsigned)) };
  }
}

const endOf = ({ number, to, head }: AuditCheckpoint): Omit<End, "sequence"> => ({ number, to, head });

/** What a record holds, if it is a checkpoint signed by the key that it names. */
function signedCheckpoint(body: Uint8Array): AuditCheckpoint | undefined {
  const json = decodeJson(body);
  const parsed = json.ok ? AuditCheckpoint.safeParse(json.value) : undefined;
  if (!parsed?.success) return undefined;
  const { key, signature } = parsed.data;
  return isSignedBy(key, checkpointText(parsed.data), signature) ? parsed.data : undefined;
}
