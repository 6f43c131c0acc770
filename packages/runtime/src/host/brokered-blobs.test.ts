import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { BrokeredBlobs } from "./brokered-blobs.ts";
import type { HostEvent } from "./ipc.ts";

const ref = { role: "client", sha256: "a".repeat(64), bytes: 3 };

test("answers go to who asked, in whatever order they come", async () => {
  const told: HostEvent[] = [];
  const blobs = new BrokeredBlobs((event) => told.push(event));
  const [first, second] = [blobs.get(ref), blobs.get(ref)];
  assert.deepEqual(
    told.map((event) => event.type === "blob" && event.request),
    [1, 2],
  );
  blobs.take({ type: "blob", request: 2, result: { ok: true, bytes: Uint8Array.of(2) } });
  blobs.take({ type: "blob", request: 1, result: { ok: true, bytes: Uint8Array.of(1) } });
  assert.deepEqual([await first, await second], [Uint8Array.of(1), Uint8Array.of(2)]);
});

test("a refusal keeps its code, an unknown code is unavailable, an answer to nobody is ignored", async () => {
  const blobs = new BrokeredBlobs(() => undefined);
  const [gone, odd] = [blobs.get(ref), blobs.get(ref)];
  blobs.take({ type: "blob", request: 1, result: { ok: false, code: "malformed_record", message: "gone" } });
  blobs.take({ type: "blob", request: 2, result: { ok: false, code: "toString", message: "odd" } });
  blobs.take({ type: "blob", request: 9, result: { ok: true, bytes: Uint8Array.of() } });
  await assert.rejects(gone, (error) => TroupeError.is(error, "malformed_record"));
  await assert.rejects(odd, (error) => TroupeError.is(error, "unavailable"));
});

test("bytes to be stored go to the node with their role, and its answer comes back", async () => {
  const told: HostEvent[] = [];
  const blobs = new BrokeredBlobs((event) => told.push(event));
  const [stored, refused] = [blobs.put("a", Uint8Array.of(1)), blobs.put("a", Uint8Array.of(2))];
  assert.deepEqual(told[0], { type: "store_blob", request: 1, role: "a", bytes: Uint8Array.of(1) });
  blobs.takeStored({ type: "blob_stored", request: 2, result: { ok: false, code: "store_full", message: "full" } });
  blobs.takeStored({ type: "blob_stored", request: 1, result: { ok: true, ref } });
  assert.deepEqual(await stored, ref);
  await assert.rejects(refused, (error) => TroupeError.is(error, "store_full"));
});
