import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type AuditHead,
  type AuditRecord,
  chainStart,
  headText,
  Subjects,
  throwawaySigner,
} from "@troupe/runtime/internal";
import { type AuditLine, readExport, recordLine, recordOf } from "./export-file.ts";
import { verifyExport } from "./verify-copy.ts";

const signer = throwawaySigner();
const at = "2030-01-01T00:00:00.000Z";
const subjects = new Subjects("bank");
const unsigned: AuditHead = {
  v: 1,
  system: "bank",
  number: 0,
  sequence: 0,
  head: chainStart("bank"),
  at,
  key: signer.key,
  signature: "",
};
const head = { ...unsigned, signature: signer.sign(headText(unsigned)) };
const record = (sequence: number): AuditRecord => {
  const what = { event: "operator_act", who: {}, act: "scale", about: "a" };
  const body = Buffer.from(JSON.stringify({ v: 1, id: `e${sequence}`, at, count: 1, what }));
  return { sequence, subject: subjects.auditEntry("node"), headers: "", body };
};
const FIRST: AuditLine = { type: "troupe_audit", v: 1, system: "bank", exported_at: at };
const whole: readonly AuditLine[] = [
  FIRST,
  recordLine(record(1)),
  recordLine(record(2)),
  { type: "end", records: 2, head },
];

async function* lines(all: readonly AuditLine[]): AsyncGenerator<AuditLine> {
  yield* all;
}
const verdictOf = (all: readonly AuditLine[]) => verifyExport(lines(all), [signer.key], []);

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-export-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a line is the record that it was made of, whatever its bytes", () => {
  for (const body of [Buffer.from('{"a":"ü"}'), Buffer.from([0xff, 0x00, 0xfe]), Buffer.alloc(0)]) {
    const line = recordLine({ ...record(1), body });
    assert.ok(line.type === "record");
    assert.deepEqual(Buffer.from(recordOf(line).body), body);
  }
});

test("a whole file is intact; one without any single line of it is not", async () => {
  const verdict = await verdictOf(whole);
  assert.deepEqual([verdict.isIntact, verdict.system, verdict.records, verdict.unsealed], [true, "bank", 2, 2]);
  for (const index of whole.keys())
    assert.equal((await verdictOf(whole.toSpliced(index, 1))).isIntact, false, `without line ${index}`);
  for (const index of whole.keys())
    assert.equal((await verdictOf(whole.slice(0, index))).isIntact, false, `only ${index} lines`);
  assert.equal((await verdictOf([...whole, recordLine(record(3))])).isIntact, false, "more behind the end");
});

test("a file that is none is refused with the line", async () => {
  const file = join(folder, "x.jsonl");
  await writeFile(file, `${JSON.stringify(FIRST)}\nnot json\n`);
  await assert.rejects(verifyExport(readExport(file), [], []), { code: "invalid_request", message: /x\.jsonl:2/ });
  await assert.rejects(verifyExport(readExport(join(folder, "none")), [], []), { code: "invalid_config" });
});
