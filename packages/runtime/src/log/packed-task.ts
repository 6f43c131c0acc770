/**
 * A finished task as the archive keeps it: all its records, packed and compressed, in parts that fit a message each. Every part says how
 * many there are, so an interrupted move is never taken for a whole task.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { Packr } from "msgpackr";
import { z } from "zod";
import { decodeRecordHeader, encodeRecordHeader } from "../contracts/record.ts";
import type { StoredRecord } from "./task-log.ts";

/** Largest part, bytes. */
const PART_BYTES = 512 * 1024;
/** Largest task that is unpacked, bytes: a small part could hold a huge one. */
const UNPACKED_BYTES = 1024 * 1024 * 1024;
/** Header of every part: how many there are. */
export const PARTS_HEADER = "Troupe-Parts";

const packr = new Packr({ useRecords: false });
const count = z.int().min(0);
const Packed = z.strictObject({
  v: z.literal(1),
  records: z.array(
    z.tuple([
      z.string(),
      count,
      z.number(),
      z.string().nullable(),
      z.enum(["json", "msgpack"]),
      z.instanceof(Uint8Array),
    ]),
  ),
});

/** Packs a task's records into message bodies, in the order of their parts. */
export function packTask(stored: readonly StoredRecord[]): readonly Uint8Array[] {
  const records = stored.map(({ subject, sequence, storedAtMs, header, encoding, body }) => [
    subject,
    sequence,
    storedAtMs,
    header ? encodeRecordHeader(header) : null,
    encoding,
    body,
  ]);
  const bytes = gzipSync(packr.pack({ v: 1, records }));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) parts.push(bytes.subarray(at, at + PART_BYTES));
  return parts;
}

/** The header that every part carries. */
export const headersOfPackedPart = (parts: number): Readonly<Record<string, string>> => ({
  [PARTS_HEADER]: String(parts),
});

/**
 * Unpacks what was read from the archive, in the order of the parts; `partsHeader` is the {@link headersOfPackedPart} of one of them.
 * `undefined` when parts are missing or it does not parse. Never throws.
 */
export function unpackTask(parts: readonly Uint8Array[], partsHeader: string): readonly StoredRecord[] | undefined {
  if (parts.length === 0 || String(parts.length) !== partsHeader) return undefined;
  try {
    const packed = Packed.safeParse(
      packr.unpack(gunzipSync(Buffer.concat(parts), { maxOutputLength: UNPACKED_BYTES })),
    );
    return packed.success ? packed.data.records.map(storedOf) : undefined;
  } catch {
    return undefined;
  }
}

function storedOf(packed: z.infer<typeof Packed>["records"][number]): StoredRecord {
  const [subject, sequence, storedAtMs, header, encoding, body] = packed;
  return {
    subject,
    sequence,
    storedAtMs,
    header: header === null ? undefined : decodeRecordHeader(header),
    encoding,
    body: Uint8Array.from(body),
  };
}
