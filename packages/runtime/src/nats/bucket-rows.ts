/** Rows of a bucket as a whole, for operators: counted and removed by a pattern of their keys. Needs CORE's rights. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { BucketName } from "../contracts/stores.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { Link } from "./connection.ts";

/** Which rows: a pattern of keys, with `*` for one token and `>` for the rest. */
export interface RowPattern {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly bucket: BucketName;
  readonly keys: string;
}

/** The keys of all rows. */
export async function rowKeys({ link, subjects, bucket, keys }: RowPattern): Promise<readonly string[]> {
  const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
  const filter = { subjects_filter: subjects.row(bucket, keys) };
  const { state } = await streams.info(subjects.bucketStream(bucket), filter);
  const prefix = subjects.row(bucket, "").length;
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix));
}

/** Removes all rows, whatever their revision; returns how many there were. */
export async function purgeRows({ link, subjects, bucket, keys }: RowPattern): Promise<number> {
  const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
  return (await streams.purge(subjects.bucketStream(bucket), { filter: subjects.row(bucket, keys) })).purged;
}
