/**
 * What credentials and limits cost a request, measured inside the gateway: how long the guard kept it, and the processor time beyond that of a
 * gateway where nobody signs in. Each case has a gateway and a NATS identity of its own, so that nothing is known of its callers yet.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createSecretKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { GatewayBed } from "../../test/support/gateway-bed.ts";
import { makeKey } from "../../test/support/gateway-callers.ts";
import { type Signing, token } from "../../test/support/json-web-token.ts";
import { usageOf } from "../server-usage.ts";
import { type GuardOrder, GuardTiming } from "./guard-order.ts";

const SERVER = fileURLToPath(new URL("./guard-server.ts", import.meta.url));
const ISSUER = { issuer: "https://issuer.example", audience: "troupe" };
const CONNECTIONS = 8;
const HOUR_S = 3_600;

export interface GuardSample {
  readonly title: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the gateway a request, µs; NaN where there is no /proc. A busy machine disturbs it less. */
  readonly cpuUs: number;
}

/** Who calls: what they send with the n-th request. */
interface Callers {
  readonly title: string;
  readonly order: Pick<GuardOrder, "isOpen" | "jwt">;
  credentials(n: number): string | undefined;
}

type Keys = NonNullable<GuardOrder["jwt"]>["keys"];

function signers(): readonly { readonly alg: string; readonly keys: Keys; readonly signing: Signing }[] {
  const secret = randomBytes(32).toString("hex");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const ed = generateKeyPairSync("ed25519");
  const pem = (key: typeof rsa.publicKey) => key.export({ type: "spki", format: "pem" });
  return [
    { alg: "HS256", keys: { kind: "secret", secret }, signing: { secret: createSecretKey(secret, "utf8").export() } },
    {
      alg: "RS256",
      keys: { kind: "public_key", pem: pem(rsa.publicKey), algorithm: "RS256" },
      signing: { key: rsa.privateKey },
    },
    {
      alg: "EdDSA",
      keys: { kind: "public_key", pem: pem(ed.publicKey), algorithm: "EdDSA" },
      signing: { key: ed.privateKey },
    },
  ];
}

function tokensOf(nowS: number): readonly Callers[] {
  return signers().flatMap(({ alg, keys, signing }) => {
    const order = { isOpen: false, jwt: { ...ISSUER, keys } };
    const tokenOf = (user: string) => {
      const claims = { iss: ISSUER.issuer, aud: ISSUER.audience, sub: user, tenant: "acme", roles: ["user"] };
      return `Bearer ${token({ alg }, { ...claims, iat: nowS, exp: nowS + HOUR_S }, signing)}`;
    };
    const same = tokenOf("ann");
    return [
      { title: `${alg}, the same token again`, order, credentials: () => same },
      {
        title: `${alg}, a token and a user never seen before`,
        order,
        credentials: (n: number) => tokenOf(`user-${n}`),
      },
    ];
  });
}

/** Measures every kind of credentials, each with so many requests one after the other on a few connections. */
export async function measureGuard(bed: GatewayBed, requests: number, nowMs: number): Promise<readonly GuardSample[]> {
  const { text } = await makeKey(bed, "acme", ["user"]);
  const callers: readonly Callers[] = [
    { title: "nobody signs in", order: { isOpen: true }, credentials: () => undefined },
    { title: "an API key", order: { isOpen: false }, credentials: () => `Bearer ${text}` },
    ...tokensOf(Math.floor(nowMs / 1_000)),
  ];
  const samples: GuardSample[] = [];
  for (const one of callers) samples.push(await measureCallers(bed, one, requests));
  return samples;
}

async function measureCallers(bed: GatewayBed, callers: Callers, requests: number): Promise<GuardSample> {
  const seed = bed.server.seedOf("gateway");
  const order: GuardOrder = { system: "demo", url: bed.server.url, seed, ...callers.order };
  const headers = Array.from({ length: requests }, (_, n) => callers.credentials(n));
  const child = fork(SERVER, [JSON.stringify(order)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    const { url } = z.object({ url: z.string() }).parse(await told(child));
    const before = await usageOf(child.pid ?? 0);
    await sendAll(`${url}/v1/models`, headers);
    const after = await usageOf(child.pid ?? 0);
    child.send("timing");
    const { p50Ms, p99Ms } = GuardTiming.parse(await told(child));
    const cpuMs = (after?.cpuMs ?? Number.NaN) - (before?.cpuMs ?? Number.NaN);
    return { title: callers.title, p50Ms, p99Ms, cpuUs: (cpuMs * 1_000) / requests };
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

const told = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("message", resolve));

async function sendAll(url: string, headers: readonly (string | undefined)[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const left = headers.values();
  const connection = async () => {
    for (const authorization of left) await send(url, agent, authorization);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
}

function send(url: string, agent: Agent, authorization: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    const sent = request(url, { agent, headers }, (answer) => {
      answer.resume().once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`the gateway answers ${answer.statusCode}`));
      });
    });
    sent.once("error", reject).end();
  });
}

/** The samples as a table; the first one is what the others are compared with. */
export function guardTable(samples: readonly GuardSample[]): string {
  const baseUs = samples[0]?.cpuUs ?? Number.NaN;
  const head = ["credentials", "kept p50 ms", "kept p99 ms", "µs of the gateway", "more than where nobody signs in"];
  const lines = samples.map(({ title, p50Ms, p99Ms, cpuUs }) => [
    title,
    p50Ms.toFixed(3),
    p99Ms.toFixed(3),
    cpuUs.toFixed(0),
    (cpuUs - baseUs).toFixed(0),
  ]);
  const text = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `### Credentials and limits\n\n${text}`;
}
