import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@troupe/runtime";

const run = promisify(execFile);
/** Room of the store: what its streams reserve, and as much again. The file that it lies in has holes. */
const STORE_BYTES = 4 * 1_024 ** 3;

export interface SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Unmounts and removes it. */
  remove(): Promise<void>;
}

/** A file system of its own for the store, so that its disk can be full without the machine's being so; or why there is none. */
export async function smallDisk(): Promise<SmallDisk | { readonly reason: string }> {
  const place = await mkdtemp(join(tmpdir(), "troupe-disk-"));
  const [image, folder] = [join(place, "image"), join(place, "disk")];
  try {
    await mkdir(folder);
    await writeFile(image, "");
    await truncate(image, STORE_BYTES);
    await run("mkfs.ext4", ["-q", "-m", "0", image]);
    await run("mount", ["-o", "loop", image, folder]);
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    return { reason: `a small file system cannot be mounted here (${messageOf(error).trim().split("\n").at(-1)})` };
  }
  const remove = async () => {
    await run("umount", [folder]);
    await rm(place, { recursive: true, force: true });
  };
  return { folder, remove };
}
