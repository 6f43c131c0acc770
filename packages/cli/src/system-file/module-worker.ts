/**
 * Bundles a system file and imports the bundle in a thread of its own, so that a changed file and everything that it imports are read anew,
 * and what the code does at once is done to this thread alone. Posts the manifest and the bundle.
 */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "@troupe/runtime";
import { BundleFolder, systemClock, useBundle } from "@troupe/runtime/internal";
import { z } from "zod";
import { bundleOf } from "./bundle.ts";

const { path, folder } = z.object({ path: z.string(), folder: z.string() }).parse(workerData);

// Not a window: there is no origin to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const tell = (answer: object) => parentPort?.postMessage(answer);

async function loadedFrom(code: Uint8Array, sha256: string): Promise<unknown> {
  const place = await new BundleFolder(folder, systemClock).path({ sha256 }, async () => code);
  return import(useBundle(place, [import.meta.url, pathToFileURL(path).href]));
}

try {
  const bundle = await bundleOf(path);
  const sha256 = createHash("sha256").update(bundle.code).digest("hex");
  const loaded = z
    .looseObject({ default: z.looseObject({ manifest: z.unknown() }).optional() })
    .parse({ ...z.custom<object>().parse(await loadedFrom(bundle.code, sha256)) });
  if (loaded.default === undefined)
    throw new Error("its default export is no system: use `export default defineSystem({ … })`");
  tell({ manifest: JSON.parse(JSON.stringify(loaded.default.manifest)) as unknown, sha256, ...bundle });
} catch (error) {
  const details = error instanceof Error && "details" in error ? error.details : undefined;
  // As JSON: what the module threw may hold what cannot be posted.
  tell({ error: messageOf(error), details: JSON.parse(JSON.stringify(details ?? {})) as unknown });
}
