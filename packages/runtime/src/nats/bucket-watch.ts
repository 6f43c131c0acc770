import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Link } from "./connection.ts";
import type { Row } from "./row.ts";

export interface BucketWatchOptions<T> {
  /** Told the present row of a key (`undefined` = removed), never an older one than before. Values in between may be left out. */
  readonly onChange: (key: string, row: Row<T> | undefined) => Promise<void> | void;
  /** How often everything is read again, ms; default 5,000. It heals notices that got lost. */
  readonly relistMs?: number;
}

export interface BucketWatch {
  /** Resolves when every row that was there at the start has been told. */
  readonly ready: Promise<void>;
  close(): void;
}

interface Readable<T> {
  list(): Promise<Row<T>[]>;
}

interface WatchPorts {
  readonly link: Link;
  /** Subject filter of the notices that a row has changed. */
  readonly notices: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

const RELIST_MS = 5_000;
const RETRY_MS = 250;

/**
 * Level-triggered: a notice only says "look again", and so do a reconnect and the clock. Buckets are small, so a look reads all of it;
 * notices that come during a look are one more look.
 */
export function watchBucket<T>(bucket: Readable<T>, ports: WatchPorts, options: BucketWatchOptions<T>): BucketWatch {
  const watch = new LevelWatch(bucket, ports, options);
  return { ready: watch.ready, close: () => watch.close() };
}

class LevelWatch<T> {
  readonly ready: Promise<void>;
  readonly #bucket: Readable<T>;
  readonly #ports: WatchPorts;
  readonly #options: BucketWatchOptions<T>;
  readonly #known = new Map<string, number>();
  readonly #closing = new AbortController();
  #isDirty = true;
  #wake: () => void = () => undefined;
  readonly #becameReady: () => void;

  constructor(bucket: Readable<T>, ports: WatchPorts, options: BucketWatchOptions<T>) {
    this.#bucket = bucket;
    this.#ports = ports;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#becameReady = resolve;
    const subscription = ports.link.nc.subscribe(ports.notices, { callback: () => this.#lookSoon() });
    this.#closing.signal.addEventListener("abort", () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    });
    void this.#followConnection();
    void this.#run();
  }

  close(): void {
    this.#closing.abort();
    this.#becameReady();
    this.#wake();
  }

  #lookSoon(): void {
    this.#isDirty = true;
    this.#wake();
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#ports.link.nc.status()) {
      if (this.#closing.signal.aborted) return;
      if (status.type === "reconnect") this.#lookSoon();
    }
  }

  async #run(): Promise<void> {
    const { relistMs = RELIST_MS } = this.#options;
    while (!this.#closing.signal.aborted) {
      this.#isDirty = false;
      const isDone = await this.#look();
      if (isDone) this.#becameReady();
      if (!this.#isDirty) await this.#rest(isDone ? relistMs : RETRY_MS);
    }
  }

  /** Sleeps until a notice comes or the time is over. */
  async #rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (this.#isDirty || this.#closing.signal.aborted) return;
    await this.#ports.clock.sleep(ms, woken.signal).catch(() => undefined);
  }

  async #look(): Promise<boolean> {
    try {
      const rows = await this.#bucket.list();
      for (const row of rows) await this.#tell(row.key, row.revision, row);
      const present = new Set(rows.map(({ key }) => key));
      for (const key of this.#known.keys()) {
        if (!present.has(key)) await this.#tell(key, undefined, undefined);
      }
      return true;
    } catch (error) {
      this.#ports.logger.warn({ notices: this.#ports.notices, reason: messageOf(error) }, "bucket not read");
      return false;
    }
  }

  async #tell(key: string, revision: number | undefined, row: Row<T> | undefined): Promise<void> {
    // A stale replica may show an older row than was told before.
    if (this.#closing.signal.aborted || (revision !== undefined && revision <= (this.#known.get(key) ?? 0))) return;
    if (revision === undefined) this.#known.delete(key);
    else this.#known.set(key, revision);
    try {
      await this.#options.onChange(key, row);
    } catch (error) {
      this.#ports.logger.error({ key, reason: messageOf(error) }, "change of a row not dealt with");
    }
  }
}
