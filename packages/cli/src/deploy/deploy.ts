import { type Clock, TroupeError } from "@troupe/runtime";
import {
  callService,
  createLogger,
  createPublisher,
  type Link,
  openLink,
  type RevokedEdge,
  Subjects,
  storeBundle,
  type TlsSettings,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { askedByHeader } from "../asked-by.ts";
import type { Scope } from "../cli.ts";
import { loadKeys } from "../keys.ts";
import type { SystemFile } from "../system-file/load.ts";
import { Difference } from "./difference.ts";

const Answer = z.looseObject({
  version: z.string(),
  kind: z.enum(["nothing", "adopt", "create"]),
  difference: Difference,
});

/** Where to deploy to. */
export interface DeployTarget {
  readonly natsUrl: string;
  readonly system: string;
  readonly keysFile: string | undefined;
  readonly tls?: TlsSettings | undefined;
}

export interface DeployOutcome {
  readonly version: string;
  /** False when this very system runs already. */
  readonly isNew: boolean;
  readonly difference: Difference;
}

const LEADER_MS = 20_000;
const ANSWER_MS = 15_000;
const CHUNK_MS = 5_000;
/** On a busy machine the identities of a version take that long. */
const OUTCOME_MS = 60_000;

/** The supervisor does not have the code yet: the same code is sent once, however often it is deployed. */
const isMissingBundle = (error: unknown): boolean =>
  TroupeError.is(error, "unavailable") && error.details["missing"] === "bundle";

async function sendBundle(link: Link, system: string, code: Uint8Array, clock: Clock): Promise<void> {
  const publisher = createPublisher(link, { clock, timeoutMs: CHUNK_MS });
  try {
    await storeBundle(publisher, new Subjects(system), code);
  } finally {
    publisher.close();
  }
}

/** Asks the leading supervisor to make a system the desired one. Waits for a leader while there is none. */
export async function deploySystem(
  scope: Scope,
  { natsUrl, system, keysFile, tls }: DeployTarget,
  { manifest, source, code }: SystemFile,
  { isDryRun = false, restore = [] }: { readonly isDryRun?: boolean; readonly restore?: readonly RevokedEdge[] } = {},
): Promise<DeployOutcome> {
  const link = await openLink({
    servers: natsUrl,
    name: `cli/${scope.pid}`,
    ...(await loadKeys({ keysFile, tls }))("operator"),
    firstConnectMs: 3_000,
    logger: createLogger({ name: "cli", level: "silent" }),
  });
  const request = {
    manifest,
    source,
    ...(isDryRun ? { dry_run: true } : {}),
    ...(restore.length > 0 ? { restore } : {}),
  };
  const begunMs = scope.clock.monotonicMs();
  let wasUnknown = false;
  try {
    for (;;) {
      try {
        const answer = await callService(link, new Subjects(system).supervisor("deploy"), request, {
          timeoutMs: ANSWER_MS,
          headers: askedByHeader(),
        });
        const { version, kind, difference } = Answer.parse(answer);
        return { version, difference, isNew: kind !== "nothing" || wasUnknown };
      } catch (error) {
        if (code !== undefined && isMissingBundle(error)) await sendBundle(link, system, code, scope.clock);
        // A deployment may be repeated: what was begun is finished, and what is done is found.
        wasUnknown ||= TroupeError.is(error, "outcome_unknown");
        const isLate = scope.clock.monotonicMs() - begunMs > (wasUnknown ? OUTCOME_MS : LEADER_MS);
        const mayRepeat = TroupeError.is(error, "unavailable", "lease_lost", "outcome_unknown");
        if (isLate || scope.interrupted.aborted || !mayRepeat) throw error;
      }
      await scope.clock.sleep(100, scope.interrupted);
    }
  } finally {
    await link.close();
  }
}
