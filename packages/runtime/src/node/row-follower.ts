import type { Clock } from "../clock.ts";
import type { BucketName } from "../contracts/stores.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf } from "../errors.ts";
import type { CasBucket } from "../nats/cas-bucket.ts";
import type { Link } from "../nats/connection.ts";
import type { Logger } from "../telemetry/logger.ts";

/** Notices may be lost; the row is read again this often without one. */
const REREAD_MS = 5_000;
/** After a reading that failed. */
const RETRY_MS = 500;

export interface RowFollowerOptions<T> {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly bucketName: BucketName;
  readonly bucket: Pick<CasBucket<T>, "get">;
  readonly key: string;
  /** Gets the row each time it has been read, changed or not; `undefined` when there is none. */
  readonly onRow: (row: T | undefined) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Follows one row of a bucket until the signal aborts: reads it at the start, on every notice of a change, and now and then. Unlike a
 * watch of the bucket its work does not grow with the number of rows. Never rejects: a row that cannot be read keeps its last value.
 */
export async function followRow<T>(options: RowFollowerOptions<T>, signal: AbortSignal): Promise<void> {
  const { link, subjects, bucketName, bucket, key, onRow, clock, logger } = options;
  let changed = Promise.withResolvers<void>();
  const notices = link.nc.subscribe(subjects.rowChanged(bucketName, key), { callback: () => changed.resolve() });
  while (!signal.aborted) {
    changed = Promise.withResolvers();
    let pauseMs = REREAD_MS;
    try {
      const row = await bucket.get(key);
      onRow(row?.value);
    } catch (error) {
      pauseMs = RETRY_MS;
      logger.warn({ bucket: bucketName, key, reason: messageOf(error) }, "row cannot be read; its last value stands");
    }
    const waiting = new AbortController();
    const pause = clock.sleep(pauseMs, AbortSignal.any([waiting.signal, signal])).catch(() => undefined);
    await Promise.race([changed.promise, pause]);
    waiting.abort();
  }
  if (!notices.isClosed()) notices.unsubscribe();
}
