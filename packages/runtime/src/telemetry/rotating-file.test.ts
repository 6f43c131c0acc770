import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RotatingFile } from "./rotating-file.ts";

async function place(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-log-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
const read = (path: string) => readFile(path, "utf8");

test("a full file is put aside, the newest first, and the oldest is dropped", async (t) => {
  const folder = await place(t);
  const path = join(folder, "node.log");
  const file = new RotatingFile(path, { maxBytes: 8, keep: 2 });
  for (const line of ["one1\n", "two2\n", "three\n", "four4\n"]) file.write(line);
  file.close();
  assert.deepEqual((await readdir(folder)).toSorted(), ["node.log", "node.log.1", "node.log.2"]);
  assert.deepEqual(await Promise.all([path, `${path}.1`, `${path}.2`].map(read)), ["four4\n", "three\n", "two2\n"]);
});

test("a line is there as soon as it is written, and a restart goes on with the same file", async (t) => {
  const path = join(await place(t), "new", "gateway.log");
  const first = new RotatingFile(path, { maxBytes: 12 });
  first.write("first\n");
  assert.equal(await read(path), "first\n");
  first.close();
  const second = new RotatingFile(path, { maxBytes: 12 });
  second.write("second\n");
  second.close();
  assert.equal(await read(path), "second\n");
  assert.equal(await read(`${path}.1`), "first\n");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("five files of 10 MiB by default, and a line larger than that has a file of its own", async (t) => {
  const folder = await place(t);
  const file = new RotatingFile(join(folder, "big.log"));
  const line = `${"x".repeat(11 * 1024 * 1024)}\n`;
  for (let i = 0; i < 7; i++) file.write(line);
  file.close();
  assert.equal((await readdir(folder)).length, 5);
});

test("a file that cannot be rotated is told once and stops nothing", async (t) => {
  const folder = await place(t);
  const problems: string[] = [];
  const file = new RotatingFile(join(folder, "a.log"), {
    maxBytes: 4,
    keep: 1,
    onProblem: (reason) => problems.push(reason),
  });
  file.write("one\n");
  await mkdir(join(folder, "a.log.1", "in the way"), { recursive: true });
  file.write("two\n");
  file.write("three\n");
  file.close();
  assert.equal(problems.length, 1);
});
