import {
  type AuditHead,
  type AuditHeadStore,
  AuditSealer,
  type AuditSigner,
  auditHeadFile,
  auditHeadFileOf,
  type Logger,
  openAuditSigner,
  TroupeError,
  throwawaySigner,
} from "@troupe/runtime/internal";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { repeat } from "../loop.ts";

/** The longest that an entry is in the stream and not under a signature, when nothing fails. */
const SEAL_EVERY_MS = 1_000;

/** With what a supervisor signs, and where it keeps how far it has. */
export interface AuditSigning {
  readonly signer: AuditSigner;
  readonly heads: AuditHeadStore | undefined;
}

/** With the key in a file, made when missing; without one a key that ends with this process. Throws `invalid_config`. */
export async function openAuditSigning(keyFile: string | undefined, logger: Logger): Promise<AuditSigning> {
  if (keyFile !== undefined)
    return { signer: await openAuditSigner(keyFile), heads: auditHeadFile(auditHeadFileOf(keyFile)) };
  const signer = throwawaySigner();
  logger.warn({ key: signer.key }, "the audit is sealed with a key that is kept nowhere: note it to verify by");
  return { signer, heads: undefined };
}

export interface AuditSealing {
  /** Seals what is stored, and says how far the chain reaches then. Throws `unavailable`. */
  head(): Promise<AuditHead>;
  readonly done: Promise<void>;
}

/**
 * Seals the audit while the term lasts. A new leader goes on from the last checkpoint in the stream; one that finds less than what was sealed
 * with its key before says so in the audit.
 */
export function sealAudit(ports: LeadingPorts, { signer, heads }: AuditSigning): AuditSealing {
  const { controlLink: link, subjects, clock, audit, logger, requireLeading } = ports;
  const sealer = new AuditSealer({ link, subjects, signer, heads, clock });
  let isCompared = false;
  const seal = async () => {
    requireLeading();
    if (!isCompared) {
      const missing = await sealer.missing();
      if (missing) {
        logger.error(missing, "the audit stream holds less than what was sealed: it was cut off or replaced");
        await audit.store({ event: "stream_cut", who: {}, ...missing });
      }
      isCompared = true;
    }
    await sealer.seal();
  };
  const sealing = { last: Promise.resolve() };
  // One at a time: a request that comes while the loop seals waits for it, and seals what came since.
  const inTurn = (): Promise<void> => {
    const turn = sealing.last.then(seal).catch((error: unknown) => {
      if (!TroupeError.is(error, "conflict")) throw error;
      return seal();
    });
    sealing.last = turn.catch(() => undefined);
    return turn;
  };
  return {
    head: async () => {
      await inTurn();
      return sealer.head();
    },
    done: repeat("audit", SEAL_EVERY_MS, ports, inTurn).then(() => sealer.close()),
  };
}
