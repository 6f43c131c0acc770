/** Settings that are fine on a developer's machine and are not in production. Pure: each has a name by which it can be allowed. */

/** What a command is about to run with; what a part does not have, it leaves out. */
export interface SettingFacts {
  readonly nats?: {
    readonly url: string;
    readonly hasTls: boolean;
    readonly hasKeys: boolean;
    /** Whether each role signs in as itself. */
    readonly hasRoleKeys: boolean;
  };
  readonly http?: {
    readonly host: string;
    readonly auth: string;
    /** The JWT secret, where there is one. */
    readonly secret: string | undefined;
  };
  readonly store?: { readonly replicas: number; readonly isSynced: boolean; readonly isThrownAway: boolean };
  readonly model?: "offline" | "live";
  readonly hasAuditKey?: boolean;
}

export interface WeakSetting {
  readonly name: WeakName;
  readonly text: string;
  readonly remedy: string;
}

export const WEAK_NAMES = [
  "nats-without-keys",
  "shared-role-user",
  "nats-without-tls",
  "http-without-auth",
  "http-anonymous",
  "http-without-tls",
  "default-secret",
  "throwaway-store",
  "r1-without-sync",
  "offline-model",
  "throwaway-audit-key",
] as const;
export type WeakName = (typeof WEAK_NAMES)[number];

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);
const DEFAULT_SECRET =
  /^(?:secret|password|changeme|change[-_ ]?me|default|example|test|troupe|dev|development|admin)[\d!.]*$/i;
const SECRET_BYTES = 32;
/** Different ones: 32 random bytes have many more, in any spelling. */
const SECRET_CHARACTERS = 8;
const COPIES = 3;

/** Everything weak among them, in the order of {@link WEAK_NAMES}. */
export const weakSettings = (facts: SettingFacts): readonly WeakSetting[] => [
  ...weakNats(facts.nats),
  ...weakHttp(facts.http),
  ...weakStore(facts.store),
  ...when(
    facts.model === "offline",
    "offline-model",
    "models are played by the built-in offline model, whose answers are scripted",
    "set TROUPE_MODEL_MODE=live and the endpoint and key of a model (`troupe start --live`)",
  ),
  ...when(
    facts.hasAuditKey === false,
    "throwaway-audit-key",
    "the audit is sealed with a key that ends with the process, so nobody can tell its seals from forged ones later",
    "give the supervisor --keys: the sealing key is then kept beside them",
  ),
];

function weakNats(nats: SettingFacts["nats"]): readonly WeakSetting[] {
  if (!nats) return [];
  return [
    ...when(
      !nats.hasKeys,
      "nats-without-keys",
      `everybody signs in to NATS at ${nats.url} as nobody`,
      "give --keys or TROUPE_KEYS_FILE; `troupe auth` makes keys and a server's configuration",
    ),
    ...when(
      nats.hasKeys && !nats.hasRoleKeys,
      "shared-role-user",
      "all roles share one NATS user, so the server checks no edge of the graph",
      "run an issuer (docs/production-nats.md), or the server that Troupe brings along",
    ),
    ...when(
      !nats.hasTls && !isLoopback(hostOf(nats.url)),
      "nats-without-tls",
      `what goes to NATS at ${nats.url} can be read on the way`,
      "configure TLS on the server and give --tls-ca or TROUPE_TLS_CA",
    ),
  ];
}

function weakHttp(http: SettingFacts["http"]): readonly WeakSetting[] {
  if (!http) return [];
  const { secret } = http;
  return [
    ...when(http.auth === "off", "http-without-auth", "anybody may call over HTTP", "set TROUPE_AUTH=required"),
    ...when(
      http.auth === "optional",
      "http-anonymous",
      "who does not sign in may talk to agents",
      "set TROUPE_AUTH=required",
    ),
    ...when(
      !isLoopback(http.host),
      "http-without-tls",
      `HTTP on ${http.host} is not encrypted`,
      "listen on loopback behind a proxy that does TLS; if the network between them is yours, allow it by name",
    ),
    ...when(
      secret !== undefined && isGuessable(secret),
      "default-secret",
      "the secret that JWTs are checked with is a well-known one, too short, or made of few characters",
      "make one: head -c 32 /dev/urandom | base64; or check JWTs with a public key",
    ),
  ];
}

const isGuessable = (secret: string): boolean =>
  DEFAULT_SECRET.test(secret) || Buffer.byteLength(secret) < SECRET_BYTES || new Set(secret).size < SECRET_CHARACTERS;

function weakStore(store: SettingFacts["store"]): readonly WeakSetting[] {
  if (!store) return [];
  return [
    ...when(
      store.isThrownAway,
      "throwaway-store",
      "the store is removed when the process ends",
      "start without --memory",
    ),
    ...when(
      store.replicas < COPIES && !store.isSynced,
      "r1-without-sync",
      `streams have ${store.replicas === 1 ? "one copy" : `${store.replicas} copies`}, and nothing here says that the server syncs each record to its disk`,
      "three servers and `troupe supervisor --replicas 3`; or `sync_interval: always` on the server, and allow it by name",
    ),
  ];
}

const when = (isWeak: boolean, name: WeakName, text: string, remedy: string): readonly WeakSetting[] =>
  isWeak ? [{ name, text, remedy }] : [];

function hostOf(url: string): string {
  const [first = ""] = url.split(",");
  const text = first.includes("://") ? first : `nats://${first}`;
  return URL.canParse(text) ? new URL(text).hostname : "";
}

const isLoopback = (host: string): boolean => LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
