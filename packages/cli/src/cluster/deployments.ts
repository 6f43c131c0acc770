import type { Clock } from "@troupe/runtime";
import { CasBucket, createLogger, Deployment, Desired, Subjects } from "@troupe/runtime/internal";
import type { Reached } from "../reach.ts";

/** What should run: the current version first, then those that drain; none before the first deployment. Throws `unavailable`. */
export async function readDeployments({ link, address }: Reached, clock: Clock): Promise<readonly Deployment[]> {
  const logger = createLogger({ name: "cli", level: "silent" });
  const bucket = { link, subjects: new Subjects(address.system), bucket: "desired", logger, clock } as const;
  const desired = (await new CasBucket({ ...bucket, schema: Desired }).get("current"))?.value;
  const rows = new CasBucket({ ...bucket, schema: Deployment });
  const versions = desired ? [desired.current, ...desired.draining] : [];
  const found = await Promise.all(versions.map((version) => rows.get(`version.${version}`)));
  return found.flatMap((row) => row?.value ?? []);
}
