import assert from "node:assert/strict";
import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LogFollower } from "./log-follower.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-log-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function linesOf(follower: LogFollower): Promise<string[]> {
  const lines: string[] = [];
  await follower.read((line) => void lines.push(line));
  return lines;
}

test("each whole line is handed on once, also from a file that takes the place of another", async () => {
  const path = join(folder, "a.log");
  const follower = new LogFollower(path);
  assert.deepEqual(await linesOf(follower), [], "no file yet");
  await writeFile(path, "one\ntwo\nthr");
  assert.deepEqual(await linesOf(follower), ["one", "two"]);
  await appendFile(path, "ee\n");
  assert.deepEqual(await linesOf(follower), ["three"]);
  await appendFile(path, "four\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "five\n");
  assert.deepEqual(await linesOf(follower), ["four", "five"]);
  assert.deepEqual(await linesOf(follower), []);
  await follower.close();
});

test("after a restart it goes on behind what was kept", async () => {
  const path = join(folder, "b.log");
  await writeFile(path, "one\ntwo\n");
  const first = new LogFollower(path);
  assert.deepEqual(await linesOf(first), ["one", "two"]);
  await first.keep();
  await appendFile(path, "three\n");
  assert.deepEqual(await linesOf(first), ["three"]);
  await first.close(); // three was handed on and not kept
  const second = new LogFollower(path);
  assert.deepEqual(await linesOf(second), ["three"]);
  await second.close();
});

test("a line whose taker throws is handed on again", async () => {
  const path = join(folder, "c.log");
  await writeFile(path, "one\ntwo\n");
  const follower = new LogFollower(path);
  const seen: string[] = [];
  let isRefusing = true;
  const take = (line: string) => {
    if (line === "two" && isRefusing) throw new Error("not now");
    seen.push(line);
  };
  await assert.rejects(follower.read(take), /not now/);
  isRefusing = false;
  await follower.read(take);
  assert.deepEqual(seen, ["one", "two"]);
  await follower.close();
});

test("a line without an end does not stand before the next ones for ever", async () => {
  const path = join(folder, "d.log");
  await writeFile(path, `${"x".repeat(300_000)}\nnext\n`);
  const follower = new LogFollower(path);
  assert.equal((await linesOf(follower)).at(-1), "next");
  await follower.close();
});
