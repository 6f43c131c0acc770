/** Imports a system module in a thread of its own, so that a changed file and everything that it imports are read anew, and posts its manifest. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";

const { url } = z.object({ url: z.string() }).parse(workerData);

// Not a window: there is no origin to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const tell = (answer: object) => parentPort?.postMessage(answer);

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

try {
  const loaded = z.looseObject({ default: z.looseObject({ manifest: z.unknown() }).optional() }).parse({
    ...z.custom<object>().parse(await import(url)),
  });
  if (loaded.default === undefined)
    throw new Error("its default export is no system: use `export default defineSystem({ … })`");
  tell({ manifest: JSON.parse(JSON.stringify(loaded.default.manifest)) as unknown });
} catch (error) {
  const details = error instanceof Error && "details" in error ? error.details : undefined;
  // As JSON: what the module threw may hold what cannot be posted.
  tell({ error: messageOf(error), details: JSON.parse(JSON.stringify(details ?? {})) as unknown });
}
