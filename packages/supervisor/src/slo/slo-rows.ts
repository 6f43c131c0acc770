/** What was counted, kept in the bucket `<sys>-slo`: a row an hour, each with how far the log had been counted when it was written. */
import { CasBucket, type Clock, type Link, type Logger, type Subjects } from "@troupe/runtime/internal";
import { z } from "zod";
import type { HourMinutes } from "./history.ts";
import { Tally } from "./tally.ts";

const sequences = z.record(z.string().regex(/^\d{1,3}$/), z.int().min(0));

/** How far the log has been counted, by shard: the last end record, and the last step. */
const Counted = z.strictObject({ ends: sequences, steps: sequences });
export type Counted = z.infer<typeof Counted>;

const SloRow = z.strictObject({
  v: z.literal(1),
  counted: Counted,
  /** By the minute's number within the hour. */
  minutes: z.record(z.string().regex(/^\d{1,2}$/), Tally),
});
type SloRow = z.infer<typeof SloRow>;

const keyOf = (hour: number): string => `hour.${hour}`;
const hourOfKey = (key: string): number => Number(key.slice("hour.".length));

/** What all rows together say. */
export interface StoredSlo {
  readonly hours: ReadonlyMap<number, HourMinutes>;
  readonly counted: Counted;
}

export class SloRows {
  readonly #bucket: CasBucket<SloRow>;
  readonly #revisions = new Map<number, number>();

  constructor(options: { link: Link; subjects: Subjects; logger: Logger; clock: Clock }) {
    this.#bucket = new CasBucket({ ...options, bucket: "slo", schema: SloRow });
  }

  /** Everything that is stored. Throws `unavailable`. */
  async read(): Promise<StoredSlo> {
    const rows = await this.#bucket.list();
    for (const { key, revision } of rows) this.#revisions.set(hourOfKey(key), revision);
    const newest = rows.toSorted((a, b) => b.revision - a.revision)[0];
    const hours = rows.map(({ key, value }) => [hourOfKey(key), minutesOf(value)] as const);
    return { hours: new Map(hours), counted: newest?.value.counted ?? { ends: {}, steps: {} } };
  }

  /** Writes one hour. Throws `conflict` when somebody else has: then another one leads. */
  async write(hour: number, minutes: HourMinutes, counted: Counted): Promise<void> {
    const wire = Object.fromEntries([...minutes].map(([minute, tally]) => [String(minute), Tally.parse(tally)]));
    const row: SloRow = { v: 1, counted, minutes: wire };
    const { revision } = await this.#bucket.put(keyOf(hour), row, this.#revisions.get(hour));
    this.#revisions.set(hour, revision);
  }
}

const minutesOf = ({ minutes }: SloRow): HourMinutes =>
  new Map(Object.entries(minutes).map(([minute, tally]) => [Number(minute), tally]));
