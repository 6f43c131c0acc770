import {
  type Authenticator,
  AuthorizationError,
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
  UserAuthenticationExpiredError,
} from "@nats-io/transport-node";
import type { Logger } from "pino";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { type Random, systemRandom } from "../random.ts";
import { isWithin } from "../within.ts";
import { CORE_API_PREFIX } from "./api-prefix.ts";
import { ConnectionLog } from "./connection-log.ts";
import type { Credentials } from "./credentials.ts";
import { type NkeyPair, nkeyOf } from "./nkey.ts";
import { Outbox } from "./outbox.ts";
import { Renewal } from "./renewal.ts";
import { SignInAttempts } from "./sign-in-pace.ts";
import type { TlsSettings } from "./tls.ts";
import { PLACE_OF_USER, type UserName } from "./users.ts";

/** JetStream API level that Troupe needs: nats-server 2.14.4 or newer. */
export const MINIMUM_API_LEVEL = 4;

/** One connection to NATS with what its user has to know about it. The only way in which the project talks to a server. */
export interface Link {
  readonly nc: NatsConnection;
  /** Prefix of the JetStream API as this user's account sees it. */
  readonly apiPrefix: string;
  /** Prefix of the inboxes that this user may subscribe to. */
  readonly inboxPrefix: string;
  readonly name: string;
  /** For what may go out a moment later. */
  readonly outbox: Outbox;
  /** Connects anew, with the credentials of now, and nothing on its way meanwhile. */
  readonly renewal: Renewal;
  /** Sends what is queued, waits at most a second for it, and closes. May be called more than once. */
  close(): Promise<void>;
}

export interface LinkOptions {
  /** One URL, or those of a cluster. */
  readonly servers: string | readonly string[];
  /** Shown by the server in its list of connections: `node/web-1`. */
  readonly name: string;
  /** nkey seed of the user; absent = the server's anonymous user. */
  readonly seed?: string | undefined;
  /** Instead of `seed`, where what the user signs in with changes while the link lives: asked at every connect. */
  readonly credentials?: (() => Credentials) | undefined;
  /** Absent = TLS only if the server demands it, with the authorities that Node trusts. Given = never without. */
  readonly tls?: TlsSettings | undefined;
  /** Whose seed it is; says which prefixes the link has. Absent on a server without Troupe's accounts: `$JS.API` and `_INBOX`. */
  readonly user?: UserName | undefined;
  /** Overrides what `user` says. */
  readonly apiPrefix?: string | undefined;
  /** Overrides what `user` says. */
  readonly inboxPrefix?: string | undefined;
  /** For how long the first connect is tried, ms; default 10,000. Later reconnects go on for ever. */
  readonly firstConnectMs?: number;
  /** Called each time that the server does not let the user in, also before the first connect has failed. Must not throw. */
  readonly onRefused?: (() => void) | undefined;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Connects and stays connected. A lost connection is retried every 100 ms for ever, every second while the server refuses the user, and with growing
 * patience where it does not come to an answer; a hung server is noticed after 2 s.
 * Throws `unavailable` when no server answered in time, `unauthorized` when it refused the user, `wrong_server` when it is too old.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { name, logger, clock = systemClock, random = systemRandom } = options;
  const place = options.user && PLACE_OF_USER[options.user];
  const inboxPrefix = options.inboxPrefix ?? place?.inboxPrefix ?? "_INBOX";
  const attempts = new SignInAttempts(clock, random);
  const connection = connectionOptions(options, inboxPrefix, attempts);
  const onRefused = options.onRefused ?? (() => undefined);
  const limitMs = options.firstConnectMs ?? 10_000;
  const nc = await firstConnect(connection, limitMs, attempts, clock).catch((error: unknown) => {
    if (TroupeError.is(error, "unauthorized")) onRefused();
    throw error;
  });
  await requireApiLevel(nc);
  const refuse = () => {
    attempts.refused();
    onRefused();
  };
  const letIn = () => attempts.succeeded();
  void followStatus(nc, { logger: logger.child({ part: "nats", link: name }), clock, refuse, letIn });
  const outbox = new Outbox(nc, logger);
  return {
    nc,
    outbox,
    apiPrefix: options.apiPrefix ?? place?.apiPrefix ?? CORE_API_PREFIX,
    inboxPrefix,
    name,
    renewal: new Renewal({ nc, outbox, clock }),
    close: () => {
      outbox.flush();
      return closeGently(nc, clock);
    },
  };
}

async function requireApiLevel(nc: NatsConnection): Promise<void> {
  const level = nc.info?.api_lvl ?? 0;
  if (level >= MINIMUM_API_LEVEL) return;
  const found = `nats-server ${nc.info?.version ?? "of unknown version"} at ${nc.getServer()}`;
  await nc.close(); // forgets what the server said of itself
  throw new TroupeError(
    "wrong_server",
    `${found} has JetStream API level ${level}; Troupe needs ${MINIMUM_API_LEVEL} (nats-server 2.14.4 or newer)`,
  );
}

function connectionOptions(options: LinkOptions, inboxPrefix: string, attempts: SignInAttempts): NodeConnectionOptions {
  const { servers, name, tls } = options;
  const authenticator = authenticatorOf(options);
  return {
    servers: typeof servers === "string" ? servers : [...servers],
    name,
    maxReconnectAttempts: -1,
    reconnectToServer: () => {
      attempts.begin();
      return null; // the one that the library would take
    },
    reconnectDelayHandler() {
      const { timeoutMs, afterMs } = attempts.next();
      // The library's own copy of these options: there is no other way to give an attempt more time.
      this.timeout = timeoutMs;
      return afterMs;
    },
    pingInterval: 1_000,
    maxPingOut: 2,
    // Saves an Error().stack per request: 40 to 90 % more throughput.
    noAsyncTraces: true,
    ignoreAuthErrorAbort: true,
    inboxPrefix,
    ...(authenticator && { authenticator }),
    ...(tls && { tls: tlsOptions(tls) }),
  };
}

function authenticatorOf({ seed, credentials, name, logger }: LinkOptions): Authenticator | undefined {
  if (credentials === undefined) return seed === undefined ? undefined : signerOf({ seed });
  let answer = signerOf(credentials());
  return (nonce) => {
    try {
      answer = signerOf(credentials());
    } catch (error) {
      // In the library's callback: what it knew before is tried once more, and the server judges.
      logger.error({ link: name, reason: messageOf(error) }, "credentials cannot be read; the last ones are used");
    }
    return answer(nonce);
  };
}

/** Answers the server's challenge. */
function signerOf({ seed, jwt }: Credentials): (nonce?: string) => { nkey: string; sig: string; jwt?: string } {
  const pair = nkeyOf(seed);
  const nkey = pair.getPublicKey();
  return (nonce = "") => ({ nkey, sig: nonce === "" ? "" : signature(pair, nonce), ...(jwt !== undefined && { jwt }) });
}

const signature = (pair: NkeyPair, nonce: string): string =>
  Buffer.from(pair.sign(Buffer.from(nonce))).toString("base64url");

const tlsOptions = ({ ca, cert, key, isFirst }: TlsSettings) => ({
  ...(ca !== undefined && { caFile: ca }),
  ...(cert !== undefined && { certFile: cert }),
  ...(key !== undefined && { keyFile: key }),
  ...(isFirst && { handshakeFirst: true }),
});

/** The library's own `waitOnFirstConnect` cannot be given up, so the wait for the first server is ours. */
async function firstConnect(
  options: NodeConnectionOptions,
  limitMs: number,
  attempts: SignInAttempts,
  clock: Clock,
): Promise<NatsConnection> {
  const deadline = clock.monotonicMs() + limitMs;
  for (;;) {
    const beganMs = clock.monotonicMs();
    try {
      const nc = await connect(options);
      attempts.succeeded();
      return nc;
    } catch (error) {
      if (isRefusal(error)) {
        throw new TroupeError("unauthorized", `NATS refused the user of ${options.name}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      if (clock.monotonicMs() >= deadline) {
        throw new TroupeError("unavailable", `no NATS server at ${String(options.servers)}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
    await clock.sleep(Math.max(0, attempts.next().afterMs - (clock.monotonicMs() - beganMs)));
  }
}

/** Too late is no refusal, though the library has one class for both. */
const isRefusal = (error: unknown): boolean =>
  (error instanceof AuthorizationError && !/timeout/i.test(error.message)) ||
  error instanceof UserAuthenticationExpiredError;

/** The only place where permission errors of plain publishes show up. */
async function followStatus(
  nc: NatsConnection,
  { logger, clock, refuse, letIn }: { logger: Logger; clock: Clock; refuse: () => void; letIn: () => void },
): Promise<void> {
  const log = new ConnectionLog(logger, clock);
  for await (const status of nc.status()) {
    try {
      if (status.type === "reconnect") letIn();
      if (status.type === "error" && isRefusal(status.error)) refuse();
      log.take(status);
    } catch (error) {
      logger.error({ reason: messageOf(error) }, "status could not be logged");
    }
  }
}

async function closeGently(nc: NatsConnection, clock: Clock): Promise<void> {
  if (nc.isClosed()) return;
  // Draining waits for an answer of the server: with none there it would wait for ever.
  const drained = nc.drain().catch(() => undefined);
  await isWithin(clock, 1_000, drained);
  await nc.close();
}
