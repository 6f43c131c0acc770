/**
 * Typed rows that change by compare-and-set only, in a bucket's stream, by plain subjects: works in every account that imports them, and
 * needs neither a KV client nor a consumer.
 */
import type { Logger } from "pino";
import type { ZodType } from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { decodeJson } from "../codec/json.ts";
import type { BucketName } from "../contracts/stores.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { type Random, systemRandom } from "../random.ts";
import { type BucketWatch, type BucketWatchOptions, watchBucket } from "./bucket-watch.ts";
import type { Link } from "./connection.ts";
import type { Publisher } from "./publisher.ts";
import type { Row } from "./row.ts";
import { type RowStore, type StoredRow, streamRows } from "./row-store.ts";

export interface CasBucketOptions<T> {
  /** A store of rows instead of a link is one that cannot be watched. */
  readonly link: Link | RowStore;
  readonly subjects: Subjects;
  readonly bucket: BucketName;
  /** Every row is checked by it, written or read. */
  readonly schema: ZodType<T>;
  /** Where others keep rows of another form in the bucket: which keys are of this one. The others are passed over. Default all. */
  readonly isOwnKey?: (key: string) => boolean;
  readonly logger: Logger;
  /** How long a row is kept after its last write, ms, whole seconds; `undefined` = for good. Buckets of nodes only. Default for good. */
  readonly keptMs?: (key: string) => number | undefined;
  /** Default: one of its own on the link. */
  readonly publisher?: Publisher;
  readonly clock?: Clock;
  readonly random?: Random;
}

const KEY = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** How long a write is repeated while its outcome is unknown; longer than the election of a stream's leader. */
const WRITE_MS = 12_000;
/** How long a row is asked for again while nobody answers: the copy that was asked may be of a server that has just been lost. */
const READ_MS = 3_000;
const RETRY_MS = 50;
const DELETED = new Set(["DEL", "PURGE"]);

export class CasBucket<T> {
  readonly #options: CasBucketOptions<T>;
  readonly #store: RowStore;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: CasBucketOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    const { link, subjects, bucket, publisher } = options;
    this.#store = isLink(link) ? streamRows(link, subjects.bucketStream(bucket), this.#clock, publisher) : link;
  }

  /**
   * The row, or `undefined`. May be stale on a replicated store. Throws `malformed_record` when it does not parse, `unavailable` when nobody
   * answered in 3 s.
   */
  async get(key: string): Promise<Row<T> | undefined> {
    const deadline = this.#clock.monotonicMs() + READ_MS;
    for (;;) {
      try {
        const message = await this.#read(key);
        return message && !isDeleted(message) ? this.#row(key, message) : undefined;
      } catch (error) {
        if (!TroupeError.is(error, "unavailable") || this.#clock.monotonicMs() >= deadline) throw error;
      }
      await this.#pause();
    }
  }

  /** Makes a row. Throws `conflict` when there is one, `outcome_unknown` when nobody said what became of it in 12 s. */
  async create(key: string, value: T): Promise<Row<T>> {
    const created = await this.#write(key, value, 0);
    if (created) return created;
    const present = await this.#read(key);
    // A deleted row leaves its marker, which is what has to be replaced.
    const replaced = present && isDeleted(present) ? await this.#write(key, value, present.sequence) : undefined;
    return replaced ?? this.#conflict(key);
  }

  /** Replaces the row of that revision. Throws `conflict` when it has another one, `outcome_unknown`. */
  async update(key: string, value: T, revision: number): Promise<Row<T>> {
    return (await this.#write(key, value, revision)) ?? this.#conflict(key);
  }

  /** Writes over the row of that revision; makes the row where none was read. Throws as {@link update} and {@link create} do. */
  put(key: string, value: T, revision: number | undefined): Promise<Row<T>> {
    return revision === undefined ? this.create(key, value) : this.update(key, value, revision);
  }

  /** Removes the row of that revision. Throws `conflict` when it has another one, `outcome_unknown`. */
  async remove(key: string, revision: number): Promise<void> {
    const sequence = await this.#publish(key, new Uint8Array(), revision, { "KV-Operation": "DEL" });
    if (sequence === undefined) this.#conflict(key);
  }

  /** All rows, by key. Rows that do not parse are logged and left out. */
  async list(): Promise<Row<T>[]> {
    const { subjects, bucket, logger, isOwnKey = () => true } = this.#options;
    const prefix = subjects.row(bucket, "");
    const rows: Row<T>[] = [];
    for (const message of await this.#store.all(subjects.row(bucket, ">"))) {
      if (isDeleted(message)) continue;
      const key = message.subject.slice(prefix.length);
      if (!isOwnKey(key)) continue;
      try {
        rows.push(this.#row(key, message));
      } catch (error) {
        logger.error({ bucket, key, reason: String(error) }, "row left out");
      }
    }
    return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Follows the bucket: tells every row at the start, and every change after it, at least once. See {@link BucketWatch}. */
  watch(options: BucketWatchOptions<T>): BucketWatch {
    const { link, subjects, bucket, logger } = this.#options;
    if (!isLink(link)) throw new TroupeError("invariant_violated", `${bucket} has no link to be watched over`);
    const notices = subjects.rowChanged(bucket, ">");
    return watchBucket(this, { link, notices, logger, clock: this.#clock }, options);
  }

  async #read(key: string): Promise<StoredRow | undefined> {
    const { subjects, bucket } = this.#options;
    return this.#store.last(subjects.row(bucket, requireKey(key)));
  }

  #row(key: string, message: StoredRow): Row<T> {
    const json = decodeJson(message.body);
    const parsed = json.ok ? this.#options.schema.safeParse(json.value) : undefined;
    if (!parsed?.success) {
      const why = json.ok ? (parsed?.error.message ?? "") : json.reason;
      throw new TroupeError("malformed_record", `row ${key} of ${this.#options.bucket} does not parse: ${why}`);
    }
    return { key, value: parsed.data, revision: message.sequence };
  }

  async #write(key: string, value: T, revision: number): Promise<Row<T> | undefined> {
    const checked = this.#options.schema.parse(value);
    const keptMs = this.#options.keptMs?.(key);
    // With each write: an update without it would keep the row for good.
    const headers = keptMs === undefined ? {} : { "Nats-TTL": `${Math.ceil(keptMs / 1_000)}s` };
    const sequence = await this.#publish(key, Buffer.from(JSON.stringify(checked)), revision, headers);
    return sequence === undefined ? undefined : { key, value: checked, revision: sequence };
  }

  /** Writes with the revision as fence; `undefined` when the row has another one. */
  async #publish(
    key: string,
    body: Uint8Array,
    revision: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<number | undefined> {
    const { subjects, bucket } = this.#options;
    const subject = subjects.row(bucket, requireKey(key));
    const deadline = this.#clock.monotonicMs() + WRITE_MS;
    let mayBeStored = false;
    for (;;) {
      const outcome = await this.#store.publish(subject, body, headers, { filter: subject, sequence: revision });
      if (outcome.kind === "stored") return outcome.sequence;
      if (outcome.kind === "refused")
        throw new TroupeError("wrong_server", `${subject}: ${outcome.code} ${outcome.text}`);
      if (outcome.kind === "fence_moved") return mayBeStored ? this.#adopt(key, body, revision, deadline) : undefined;
      mayBeStored ||= outcome.kind === "unknown";
      if (this.#clock.monotonicMs() > deadline) {
        const code = outcome.kind === "unknown" ? "outcome_unknown" : "unavailable";
        throw new TroupeError(code, `writing ${subject}: ${"text" in outcome ? outcome.text : outcome.kind}`);
      }
      await this.#pause();
    }
  }

  /**
   * After an unknown outcome the conflict may be with our own write: the row is then exactly what we wrote. Throws `outcome_unknown` when no
   * copy of the store shows in time what moved the fence.
   */
  async #adopt(key: string, body: Uint8Array, revision: number, deadline: number): Promise<number | undefined> {
    for (let cause: unknown; ; ) {
      try {
        const present = await this.#read(key);
        // A copy that is behind still shows what was there before.
        const isBehind = present === undefined ? revision === 0 : present.sequence <= revision;
        if (!isBehind) return present && Buffer.compare(present.body, body) === 0 ? present.sequence : undefined;
      } catch (error) {
        cause = error;
      }
      if (this.#clock.monotonicMs() > deadline)
        throw new TroupeError("outcome_unknown", `row ${key}: what was written over it cannot be read`, { cause });
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return this.#clock.sleep(RETRY_MS + this.#random.unit() * RETRY_MS);
  }

  #conflict(key: string): never {
    throw new TroupeError("conflict", `row ${key} of ${this.#options.bucket} was changed by somebody else`, {
      details: { key },
    });
  }
}

const isLink = (link: Link | RowStore): link is Link => "nc" in link;

const isDeleted = ({ operation }: StoredRow): boolean => DELETED.has(operation);

function requireKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new TroupeError("invalid_id", `not a key: ${JSON.stringify(key.slice(0, 60))}`);
}
