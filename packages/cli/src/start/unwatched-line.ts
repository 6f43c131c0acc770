import { basename } from "node:path";
import { messageOf } from "@troupe/runtime";

/** What is raised where so much is watched on a machine that nothing more can be. */
const LIMITS: Readonly<Record<string, string>> = {
  ENOSPC: "Raise fs.inotify.max_user_watches with sysctl",
  EMFILE: "Raise fs.inotify.max_user_instances with sysctl, or the limit of open files with ulimit -n",
};

/** Says that changes of a system file are not noticed, and what to do. */
export function unwatchedLine(path: string, error: unknown): string {
  const limit = error instanceof Error && "code" in error ? LIMITS[String(error.code)] : undefined;
  const remedy = `${limit === undefined ? "After" : `${limit}, or after`} a change run: troupe deploy ${path}`;
  return `Changes of ${basename(path)} are not noticed (${messageOf(error)}). ${remedy}`;
}
