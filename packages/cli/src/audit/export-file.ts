/**
 * An exported copy of the audit, JSON Lines: a first line that says what it is, one line a record, and a last line with the signed head that
 * the copy must reach. It can be verified anywhere, without the system.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { TroupeError } from "@troupe/runtime";
import { AuditHead, type AuditRecord } from "@troupe/runtime/internal";
import { z } from "zod";

const First = z.strictObject({
  type: z.literal("troupe_audit"),
  v: z.literal(1),
  system: z.string().min(1).max(64),
  exported_at: z.string().max(40),
});

const RecordLine = z.strictObject({
  type: z.literal("record"),
  sequence: z.int().min(1),
  subject: z.string().max(512),
  headers: z.string().max(65_536),
  /** UTF-8, where the body is. */
  text: z.string().optional(),
  base64: z.string().optional(),
});

const Last = z.strictObject({ type: z.literal("end"), records: z.int().min(0), head: AuditHead });

const Line = z.discriminatedUnion("type", [First, RecordLine, Last]);
export type AuditLine = z.infer<typeof Line>;

/** A record as a line. */
export function recordLine({ sequence, subject, headers, body }: AuditRecord): AuditLine {
  const bytes = Buffer.from(body);
  const text = bytes.toString("utf8");
  const place = { type: "record", sequence, subject, headers } as const;
  return Buffer.from(text, "utf8").equals(bytes) ? { ...place, text } : { ...place, base64: bytes.toString("base64") };
}

/** The record of a line. */
export function recordOf({ sequence, subject, headers, text, base64 }: z.infer<typeof RecordLine>): AuditRecord {
  const body = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text, "utf8");
  return { sequence, subject, headers, body };
}

/** The lines of a file. Throws `invalid_request` with the number of a line that is none, `invalid_config` when there is no such file. */
export async function* readExport(file: string): AsyncGenerator<AuditLine> {
  const stream = createReadStream(file, "utf8");
  const opened = new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", (cause) => {
      reject(new TroupeError("invalid_config", `${file} cannot be read: ${cause.message}`, { cause }));
    });
  });
  await opened;
  let number = 0;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    yield parsedLine(line, `${file}:${number}`);
  }
}

function parsedLine(line: string, place: string): AuditLine {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    throw new TroupeError("invalid_request", `${place}: no line of an exported audit`);
  }
}
