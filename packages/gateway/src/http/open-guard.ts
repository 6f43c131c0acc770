/** Everything that the guard stands on, opened by the settings: keys, tokens, counters, and where refusals are told. */
import {
  AuditNotes,
  AuditWriter,
  type Clock,
  type Link,
  type Logger,
  type Random,
  type Subjects,
} from "@troupe/runtime/internal";
import { ApiKeyDirectory } from "../auth/api-key-directory.ts";
import type { AuthSettings } from "../auth/auth-settings.ts";
import { Authenticator } from "../auth/authenticate.ts";
import { JwtVerifier } from "../auth/jwt-verifier.ts";
import { LoginThrottle } from "../auth/login-throttle.ts";
import type { SecurityLog } from "../auth/security-log.ts";
import { LOAD_LIMITS, type LoadLimits } from "../limits/load-shedding.ts";
import { LoopDelay } from "../limits/loop-delay.ts";
import { RateLimiter } from "../limits/rate-limiter.ts";
import { REQUEST_LIMITS, type RequestLimits } from "../limits/request-limits.ts";
import { createSharedCounts } from "../limits/shared-counts.ts";
import type { GuardPorts } from "./guard.ts";

export interface GuardSettings {
  /** Absent: nobody signs in. */
  readonly auth?: AuthSettings | undefined;
  /** Default: the limits of {@link REQUEST_LIMITS} where callers sign in, else none. */
  readonly limits?: Partial<RequestLimits> | undefined;
  readonly loadLimits?: Partial<LoadLimits> | undefined;
  /** Whose tasks those are of callers who need not sign in. */
  readonly tenant: string;
}

interface OpenPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface OpenGuard {
  readonly ports: GuardPorts;
  stop(): void;
}

/** Throws `invalid_config`. */
export async function openGuard(settings: GuardSettings, ports: OpenPorts): Promise<OpenGuard> {
  const { clock, logger } = ports;
  const { auth, tenant } = settings;
  const writer = new AuditWriter({ ...ports, source: "gateway" });
  const notes = new AuditNotes({ writer, clock, logger });
  const log: SecurityLog = { record: (event) => notes.note(event) };
  const counts = createSharedCounts(ports.link, ports.subjects);
  const loopDelay = new LoopDelay();
  const closers = [() => notes.close(), () => writer.close(), () => loopDelay.stop()];
  const stop = () => {
    for (const close of closers) close();
  };
  try {
    const signIn = auth && (await openSignIn(auth, { ...ports, counts, log }));
    if (signIn) closers.push(() => signIn.stop());
    const isLimited = auth !== undefined || settings.limits !== undefined;
    const limits = { ...REQUEST_LIMITS, ...settings.limits };
    return {
      ports: {
        authenticator: signIn?.authenticator,
        limiting: isLimited ? { limiter: new RateLimiter({ counts, clock, logger }), limits } : undefined,
        loadLimits: { ...LOAD_LIMITS, ...settings.loadLimits },
        loopDelayMs: () => loopDelay.meanMs,
        log,
        tenant,
        clock,
      },
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

type SignInPorts = OpenPorts & {
  readonly counts: ReturnType<typeof createSharedCounts>;
  readonly log: SecurityLog;
};

async function openSignIn({ jwt, letsAnonymousIn = false, failuresAllowed }: AuthSettings, ports: SignInPorts) {
  const verifier = jwt && (await JwtVerifier.open(jwt, ports));
  const keys = await ApiKeyDirectory.follow(ports);
  const authenticator = new Authenticator({
    findKey: (id) => keys.find(id),
    jwt: verifier,
    letsAnonymousIn,
    throttle: new LoginThrottle({ ...ports, quota: failuresAllowed }),
    log: ports.log,
    clock: ports.clock,
  });
  const stop = () => {
    keys.stop();
    verifier?.stop();
  };
  return { authenticator, stop };
}
