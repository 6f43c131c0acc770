import assert from "node:assert/strict";
import { watch } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { unwatchedLine } from "./unwatched-line.ts";
import { WatchedFiles } from "./watched-files.ts";

const LIMIT_MS = 30_000;

/** A watched file in a folder of its own; `told` resolves at the next word of a change. */
async function watched(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "troupe-watched-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, "system");
  const file = join(folder, "system.ts");
  await mkdir(folder);
  await writeFile(file, "1");
  let tell: (() => void) | undefined;
  const files = new WatchedFiles([file], {
    changed: () => tell?.(),
    notWatched: (error) => assert.fail(String(error)),
  });
  t.after(() => files.close());
  const told = () =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("no change was told")), LIMIT_MS);
      tell = () => {
        clearTimeout(late);
        resolve();
      };
    });
  return { folder, file, files, told };
}

test("a file that is written or replaced is a change", async (t) => {
  const { file, told } = await watched(t);
  let next = told();
  await writeFile(file, "2");
  await next;
  next = told();
  await writeFile(`${file}.new`, "3");
  await rename(`${file}.new`, file);
  await next;
});

test("a folder that goes away and comes back is a change, and is watched as before", async (t) => {
  const { folder, file, told } = await watched(t);
  for (const leave of [() => rm(folder, { recursive: true }), () => rename(folder, `${folder}.old`)]) {
    let next = told();
    await leave();
    await mkdir(folder);
    await writeFile(file, "2");
    await next;
    next = told();
    await writeFile(file, "3");
    await next;
  }
});

test("a folder that is not there yet is waited for", async (t) => {
  const { folder, files, told } = await watched(t);
  const other = join(`${folder}-2`, "part.ts");
  files.follow([other]);
  let next = told();
  await mkdir(`${folder}-2`);
  await writeFile(other, "1");
  await next;
  next = told();
  await writeFile(other, "2");
  await next;
});

const exhausted = () =>
  Object.assign(new Error("ENOSPC: System limit for number of file watchers reached"), { code: "ENOSPC" });

test("where no more may be watched, that is said once, and what cannot be watched is tried until it can", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-watched-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const told: unknown[] = [];
  const changed = Promise.withResolvers<void>();
  let tries = 0;
  const files = new WatchedFiles([join(folder, "system.ts")], {
    changed: changed.resolve,
    notWatched: (error) => told.push(error),
    watch: (path, heard) => {
      if (++tries <= 2) throw exhausted();
      return watch(path, heard);
    },
  });
  t.after(() => files.close());
  await changed.promise;
  assert.equal(tries, 3);
  assert.equal(told.length, 1);
});

test("what is not watched is said with what to do about it", () => {
  const said = unwatchedLine("a/system.ts", exhausted());
  assert.match(
    said,
    /^Changes of system\.ts are not noticed \(ENOSPC: .*\)\. Raise fs\.inotify\.max_user_watches .*troupe deploy a\/system\.ts$/,
  );
  assert.match(unwatchedLine("a.yaml", new Error("denied")), /\(denied\)\. After a change run: troupe deploy a\.yaml$/);
});
