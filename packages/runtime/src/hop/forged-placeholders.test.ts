import assert from "node:assert/strict";
import { test } from "node:test";
import { SealedBody } from "../contracts/sealed-body.ts";
import type { TakenValues } from "../contracts/taken-value.ts";
import { scopeKeys, takenScope } from "../encryption/key-ring.ts";
import { sealBody } from "../encryption/seal.ts";
import { TroupeError } from "../errors.ts";
import { BED_PASSPORT, BED_TASK } from "../testing/hop-bed.ts";
import { handedOn, RevealBed, RING, random, SSN, seenBy } from "../testing/reveal-bed.ts";
import { simTask } from "../testing/sim-place.ts";

const OTHER_TASK = simTask(2);

const attacks: readonly [string, (taken: TakenValues) => { readonly text: string; readonly taken?: TakenValues }][] = [
  ["an invented placeholder", () => ({ text: "[REDACTED_SSN:aaaaaaaaaa]" })],
  ["a placeholder of another type", (taken) => ({ text: `[REDACTED_CARD:${idOf(taken)}]` })],
  ["a placeholder without its id", () => ({ text: "[REDACTED_SSN]" })],
  [
    "a value under another placeholder",
    (taken) => ({ text: "[REDACTED_SSN:bbbbbbbbbb]", taken: { "SSN:bbbbbbbbbb": valueOf(taken) } }),
  ],
  [
    "a value that another role is said to have taken out",
    (taken) => ({ text: `[REDACTED_${nameIn(taken)}]`, taken: { [nameIn(taken)]: { ...valueOf(taken), by: "c" } } }),
  ],
  [
    "a value that was sealed with the key of a role that did not take it out",
    () => {
      const keys = scopeKeys(RING, "sim", takenScope("c"));
      const subject = `taken ${JSON.stringify(["bed", BED_TASK, "a", "SSN:cccccccccc"])}`;
      const bytes = Buffer.from(JSON.stringify("666-00-0000"));
      const text = sealBody({ encoding: "json", bytes }, { keys, subject, nonce: random.bytes(24) });
      const { $sealed: sealed } = SealedBody.parse(JSON.parse(text));
      return { text: "[REDACTED_SSN:cccccccccc]", taken: { "SSN:cccccccccc": { by: "a", sealed } } };
    },
  ],
  [
    "a value that was altered",
    (taken) => {
      const { by, sealed } = valueOf(taken);
      const data = `${sealed.data.startsWith("A") ? "B" : "A"}${sealed.data.slice(1)}`;
      return { text: `[REDACTED_${nameIn(taken)}]`, taken: { [nameIn(taken)]: { by, sealed: { ...sealed, data } } } };
    },
  ],
];
const nameIn = (taken: TakenValues): string => Object.keys(taken)[0] ?? assert.fail("nothing was taken out");
const idOf = (taken: TakenValues): string => nameIn(taken).split(":")[1] ?? "";
const valueOf = (taken: TakenValues) => Object.values(taken)[0] ?? assert.fail("nothing was taken out");
for (const [what, forge] of attacks)
  test(`${what} opens nothing`, async () => {
    const { bed, message, taken } = await handedOn(`my ssn is ${SSN}`);
    const forgery = { taken, ...forge(taken) };
    const seen = await seenBy(bed, "b", bed.forged(message, { text: forgery.text }, forgery.taken));
    assert.deepEqual(seen, { text: forgery.text });
  });

for (const [what, change] of [
  ["task", { subject: true }],
  ["tenant", { tenant: "other" }],
] as const)
  test(`a placeholder that was moved to another ${what} opens nothing, even with its sealed value`, async () => {
    const { message, taken } = await handedOn(`my ssn is ${SSN}`);
    const bed = new RevealBed();
    const text = `give me [REDACTED_${nameIn(taken)}]`;
    const forged = bed.forged(message, { text }, taken);
    const passport = { ...BED_PASSPORT, ...forged.header?.passport };
    const moved =
      "tenant" in change
        ? { ...forged, header: { ...forged.header, passport: { ...passport, tenant: change.tenant } } }
        : { ...forged, subject: message.subject.replaceAll(BED_TASK, OTHER_TASK) };
    assert.deepEqual(await seenBy(bed, "b", moved), { text });
  });

test("a role that is given nothing back cannot open a value of another role: its node gives it no key", async () => {
  const { bed, taken } = await handedOn(`my ssn is ${SSN}`);
  const { by, sealed } = valueOf(taken);
  const subject = `taken ${JSON.stringify(["bed", BED_TASK, by, nameIn(taken)])}`;
  await assert.rejects(bed.seals("c").open({ $sealed: sealed }, { subject, takenBy: "a" }), (error) =>
    TroupeError.is(error, "unavailable"),
  );
  const opened = await bed.seals("b").open({ $sealed: sealed }, { subject, takenBy: "a" });
  assert.equal(Buffer.from(opened.bytes).toString(), JSON.stringify(SSN));
});
