import type { Clock } from "@troupe/runtime";
import { TroupeError } from "@troupe/runtime";
import {
  CasBucket,
  createLogger,
  Deployment,
  Desired,
  type RevokedEdge,
  Subjects,
  type SystemManifest,
} from "@troupe/runtime/internal";
import type { Reached } from "../reach.ts";

/** What a running system has of edges: those of its current version, and those that an operator has cut. */
export interface RunningGraph {
  readonly version: string;
  readonly manifest: SystemManifest;
  readonly revoked: readonly RevokedEdge[];
}

/** Reads it from the desired state, which is there without a supervisor too. Throws `no_system`, `unavailable`. */
export async function readRunningGraph({ link, address }: Reached, clock: Clock): Promise<RunningGraph> {
  const logger = createLogger({ name: "cli", level: "silent" });
  const bucket = { link, subjects: new Subjects(address.system), bucket: "desired", logger, clock } as const;
  const desired = (await new CasBucket({ ...bucket, schema: Desired }).get("current"))?.value;
  const version = desired?.current ?? "";
  const row = desired && (await new CasBucket({ ...bucket, schema: Deployment }).get(`version.${version}`));
  if (!desired || !row) throw new TroupeError("no_system", "no system is deployed yet");
  return { version, manifest: row.value.manifest, revoked: desired.revoked ?? [] };
}
