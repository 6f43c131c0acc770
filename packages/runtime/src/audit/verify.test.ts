import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuditCheckpoint, AuditHead } from "../contracts/audit.ts";
import { Subjects } from "../contracts/subjects.ts";
import { type AuditRecord, chainStart, checkpointText, digestOf, headText, linkAfter } from "./chain.ts";
import { throwawaySigner } from "./signing-key.ts";
import { type AuditVerdict, AuditVerifier } from "./verify.ts";

const subjects = new Subjects("bank");
const signer = throwawaySigner();
const at = "2030-01-01T00:00:00.000Z";

/** A copy as the sealer makes it: entries, with a checkpoint after each count. */
function copyOf(counts: readonly number[], by = signer): AuditRecord[] {
  const records: AuditRecord[] = [];
  let [number, to, head] = [0, 0, chainStart("bank")];
  for (const count of counts) {
    for (let i = 0; i < count; i++) {
      const sequence = records.length + 1;
      const what = { event: "operator_act", who: {}, act: "scale", about: `role ${sequence}` };
      const body = Buffer.from(JSON.stringify({ v: 1, id: `e${sequence}`, at, count: 1, what }));
      records.push({
        sequence,
        subject: subjects.auditEntry("supervisor"),
        headers: `Nats-Msg-Id: e${sequence}`,
        body,
      });
    }
    const digests = records.slice(to).map(digestOf);
    const previous = head;
    head = linkAfter(previous, digests);
    const unsigned = {
      v: 1,
      system: "bank",
      number: ++number,
      from: to + 1,
      to: records.length,
      previous,
      head,
      digests,
      at,
    };
    to = records.length;
    const checkpoint: AuditCheckpoint = { ...unsigned, v: 1, key: by.key, signature: "" };
    const signed = { ...checkpoint, signature: by.sign(checkpointText(checkpoint)) };
    const body = Buffer.from(JSON.stringify(signed));
    records.push({ sequence: records.length + 1, subject: subjects.auditCheckpoint(), headers: "", body });
  }
  return records;
}

function headOf(records: readonly AuditRecord[], by = signer): AuditHead {
  const last = records.findLast(({ subject }) => subject === subjects.auditCheckpoint());
  assert.ok(last);
  const { number, head } = JSON.parse(Buffer.from(last.body).toString()) as AuditCheckpoint;
  const unsigned: AuditHead = {
    v: 1,
    system: "bank",
    number,
    sequence: last.sequence,
    head,
    at,
    key: by.key,
    signature: "",
  };
  return { ...unsigned, signature: by.sign(headText(unsigned)) };
}

function verify(
  records: readonly AuditRecord[],
  heads: readonly AuditHead[] = [],
  trusted = [signer.key],
): AuditVerdict {
  const verifier = new AuditVerifier(subjects, trusted);
  for (const record of records) verifier.add(record);
  return verifier.end(heads);
}
const faults = ({ findings }: AuditVerdict) => findings.map(({ sequence, fault }) => [sequence, fault]);
const recordAt = (records: readonly AuditRecord[], sequence: number): AuditRecord => {
  const record = records[sequence - 1];
  assert.ok(record);
  return record;
};

test("an untouched copy is intact, with entries after the last checkpoint counted as unsealed", () => {
  const copy = copyOf([3, 2, 4]);
  const verdict = verify(copy, [headOf(copy)]);
  assert.deepEqual([verdict.isIntact, verdict.records, verdict.checkpoints, verdict.unsealed], [true, 12, 3, 0]);
  assert.deepEqual(verdict.keys, [signer.key]);
  const longer = [...copy, { ...recordAt(copy, 1), sequence: 13 }, { ...recordAt(copy, 1), sequence: 14 }];
  assert.deepEqual([verify(longer).isIntact, verify(longer).unsealed], [true, 2]);
  assert.equal(verify([]).isIntact, true);
});

test("each way of tampering is named with the record that it was done to", () => {
  const copy = copyOf([3, 2, 4]);
  const edited = copy.with(1, {
    ...recordAt(copy, 2),
    body: Buffer.from(recordAt(copy, 2).body.toString().replace("role 2", "role 9")),
  });
  assert.deepEqual(faults(verify(edited)), [[2, "edited"]]);
  const moved = copy.with(0, { ...recordAt(copy, 2), sequence: 1 }).with(1, { ...recordAt(copy, 1), sequence: 2 });
  assert.deepEqual(faults(verify(moved)), [
    [1, "edited"],
    [2, "edited"],
  ]);
  const swapped = copy.with(0, recordAt(copy, 2)).with(1, recordAt(copy, 1));
  assert.deepEqual(faults(verify(swapped)).slice(0, 2), [
    [1, "missing"],
    [1, "out_of_order"],
  ]);
  assert.deepEqual(faults(verify(copy.toSpliced(5, 1))), [[6, "missing"]]);
  assert.deepEqual(faults(verify(copy.slice(2))).slice(0, 1), [[1, "missing"]]);
  const renumbered = copy.toSpliced(5, 1).map((record, index) => ({ ...record, sequence: index + 1 }));
  assert.equal(verify(renumbered).isIntact, false);
  const header = copy.with(1, { ...recordAt(copy, 2), headers: "" });
  assert.deepEqual(faults(verify(header)), [[2, "edited"]]);
  const subject = copy.with(1, { ...recordAt(copy, 2), subject: subjects.auditEntry("node") });
  assert.deepEqual(faults(verify(subject)), [[2, "edited"]]);
});

test("a copy that ends early is found by a head that is known from elsewhere", () => {
  const copy = copyOf([3, 2, 4]);
  for (const kept of [7, 6, 4, 0]) {
    const cut = copy.slice(0, kept);
    assert.deepEqual(faults(verify(cut, [headOf(copy)])), [[kept + 1, "cut_off"]], `${kept} kept`);
  }
  assert.equal(verify(copy.slice(0, 11), [headOf(copy)]).isIntact, false);
});

test("a chain that was made anew with another key, or by no key, is refused", () => {
  const copy = copyOf([2]);
  const other = throwawaySigner();
  assert.deepEqual(faults(verify(copyOf([2], other))), [[3, "forged_checkpoint"]]);
  assert.equal(verify(copyOf([2], other), [], []).isIntact, true);
  assert.deepEqual(verify(copyOf([2], other), [], []).keys, [other.key]);
  const unsigned = copy.with(2, {
    ...recordAt(copy, 3),
    body: Buffer.from(recordAt(copy, 3).body.toString().replace(at, at.replace("2030", "2031"))),
  });
  assert.deepEqual(faults(verify(unsigned)), [[3, "forged_checkpoint"]]);
  assert.deepEqual(faults(verify(copy, [headOf(copy, other)])), [[3, "forged_checkpoint"]]);
});

test("a record that is none of the audit's is named, whatever it holds", () => {
  const copy = copyOf([2]);
  const garbage = [Buffer.from("{"), Buffer.from([0xff, 0xfe]), Buffer.from('{"v":1}'), Buffer.from("null")];
  for (const body of garbage) {
    const entry = verify([...copy, { sequence: 4, subject: subjects.auditEntry("node"), headers: "", body }]);
    assert.deepEqual(faults(entry), [[4, "malformed"]]);
    const checkpoint = verify([...copy, { sequence: 4, subject: subjects.auditCheckpoint(), headers: "", body }]);
    assert.deepEqual(faults(checkpoint), [[4, "malformed"]]);
  }
  assert.deepEqual(faults(verify([...copy, { ...recordAt(copy, 1), sequence: 4, subject: "bank.audit.forged" }])), [
    [4, "malformed"],
  ]);
});

test("any deletion, edit of one byte, exchange or cut of a sealed copy is found", () => {
  const copy = copyOf([4, 1, 3]);
  const head = headOf(copy);
  const place = fc.integer({ min: 0, max: copy.length - 1 });
  const changed = fc.oneof(
    place.map((index) => copy.toSpliced(index, 1)),
    place.map((index) => copy.slice(0, index)),
    fc
      .tuple(place, fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 255 }))
      .map(([index, byte, mask]) => {
        const record = recordAt(copy, index + 1);
        const body = Uint8Array.from(record.body);
        body[byte % body.length] = (body[byte % body.length] ?? 0) ^ mask;
        return copy.with(index, { ...record, body });
      }),
    fc
      .tuple(place, place)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => copy.with(a, recordAt(copy, b + 1)).with(b, recordAt(copy, a + 1))),
    fc
      .tuple(place, place)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => copy.with(a, { ...recordAt(copy, b + 1), sequence: a + 1 })),
  );
  fc.assert(
    fc.property(changed, (records) => !verify(records, [head]).isIntact),
    { numRuns: 300 },
  );
});
