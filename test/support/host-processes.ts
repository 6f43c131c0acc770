import { readFile } from "node:fs/promises";

/** Process ids of the hosts of a node: its child processes (Linux). */
export async function hostsOf(nodePid: number): Promise<number[]> {
  const children = await readFile(`/proc/${nodePid}/task/${nodePid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}
