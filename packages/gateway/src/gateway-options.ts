import type { Clock, LinkOptions, Logger, Random, Tracer } from "@troupe/runtime/internal";
import type { PushSettings } from "./a2a/push/open-push.ts";
import type { AuthSettings } from "./auth/auth-settings.ts";
import type { HttpPatience } from "./http/http-server.ts";
import type { StaticFile } from "./http/page-routes.ts";
import type { LoadLimits } from "./limits/load-shedding.ts";
import type { RequestLimits } from "./limits/request-limits.ts";
import type { HealthPartName } from "./task/task-api.ts";

export interface GatewayOptions extends PushSettings {
  readonly system: string;
  /** URL of the NATS server, or of several. */
  readonly servers: string | readonly string[];
  /** nkey seed of the `gateway` user; absent on a server without accounts. */
  readonly seed?: string | undefined;
  /** Instead of `seed`, where it changes while the gateway runs. */
  readonly credentials?: LinkOptions["credentials"];
  readonly tls?: LinkOptions["tls"];
  readonly apiPrefix?: string | undefined;
  readonly inboxPrefix?: string | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Log shards of the system, as it was created; default 1. */
  readonly shards?: number;
  /** File of the key ring that stored bodies are encrypted with; needed where a system says so. Default none. */
  readonly encryptionKeysFile?: string | undefined;
  /** Accepted tasks that may wait for admission before more are refused; default 10,000. */
  readonly backlogLimit?: number;
  /** Who has to sign in over HTTP; absent = nobody, which suits a developer's own machine. */
  readonly auth?: AuthSettings | undefined;
  /** Limits on requests; by default those of `docs/limits.md` where callers sign in, else none. */
  readonly limits?: Partial<RequestLimits> | undefined;
  /** When requests are turned away since there is too much to do. */
  readonly loadLimits?: Partial<LoadLimits> | undefined;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Parts that `/health` is 503 without, beside the gateway itself and NATS; default none. */
  readonly requiredParts?: readonly HealthPartName[] | undefined;
  /** How long slow clients are borne with. */
  readonly patience?: Partial<HttpPatience> | undefined;
  /** Whose tasks those are of callers who need not sign in, and of those over NATS; default `default`. */
  readonly tenant?: string;
  /** Files of the dashboard, served at `/dashboard`; default none. */
  readonly page?: readonly StaticFile[] | undefined;
  /** Makes spans of requests, as its sampler says. Absent = a caller's trace is handed on as it came. */
  readonly tracer?: Tracer | undefined;
  /** Shown in discovery and in the OpenAPI document. */
  readonly version?: string;
  readonly logger: Logger;
  /** Default: the store's time, carried on by this machine's monotonic clock. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** {@link GatewayOptions} of a gateway that has a clock. */
export type ClockedGatewayOptions = GatewayOptions & { readonly clock: Clock };
