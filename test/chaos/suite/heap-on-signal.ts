/** Loaded into each process of a run before anything else: on SIGUSR2 it collects its garbage, and says how large its heap is then and what time it is. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

process.on("SIGUSR2", () => {
  collect();
  process.stderr.write(`at rest: ${process.memoryUsage().heapUsed} bytes at ${Date.now()}\n`);
});
