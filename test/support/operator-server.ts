/** A nats-server with nothing but the exported configuration, TLS on, and an issuer beside it: what a production cluster is to Troupe. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import {
  callService,
  createSigningKeys,
  exportConfig,
  findServer,
  type IssuedCredentials,
  IssuerStore,
  type Link,
  type LinkOptions,
  nodeCredentials,
  nodeInboxPrefix,
  openLink,
  PLACE_OF_ROLE,
  PLACE_OF_USER,
  type RunningIssuer,
  type SharedPart,
  type SignedCredentials,
  type SigningKeys,
  sharedPartCredentials,
  startGuarded,
  startIssuer,
  systemClock,
  systemRandom,
  type TlsSettings,
  type Version,
} from "@troupe/runtime/internal";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { silentLogger as logger } from "./nats-server.ts";

const LIFETIME_S = 3_600;

export class OperatorServer implements AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly keys: SigningKeys;
  readonly tls: TlsSettings;
  readonly certificates: Certificates;
  /** Ends the server and starts it again with the same configuration, which knows nothing of what came later. */
  readonly restart: () => Promise<void>;
  readonly #opened: AsyncDisposableStack;
  #issuer: RunningIssuer | undefined;

  private constructor(
    made: Pick<OperatorServer, "url" | "folder" | "keys" | "tls" | "certificates" | "restart">,
    opened: AsyncDisposableStack,
  ) {
    this.url = made.url;
    this.folder = made.folder;
    this.keys = made.keys;
    this.tls = made.tls;
    this.certificates = made.certificates;
    this.restart = made.restart;
    this.#opened = opened;
  }

  /** Starts the server, without an issuer. */
  static async start(system: string): Promise<OperatorServer> {
    await using opening = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), "troupe-operator-"));
    opening.defer(() => rm(dir, { recursive: true, force: true }));
    const certificates = await makeCertificates(dir);
    const folder = join(dir, "auth");
    const keys = await createSigningKeys(folder, { system, shards: 1 });
    const port = await freePort();
    const config = await exportConfig(keys, {
      serverName: "one",
      listen: `127.0.0.1:${port}`,
      storeDir: join(dir, "streams"),
      resolverDir: join(dir, "accounts"),
      tls: {
        certFile: certificates.server.cert,
        keyFile: certificates.server.key,
        caFile: certificates.ca,
        isMutual: true,
        isFirst: true,
      },
    });
    const file = join(dir, "nats-server.conf");
    await writeFile(file, config);
    const command = await findServer({ env: process.env });
    const launch = () => startGuarded({ command, args: ["-c", file], outputFile: join(dir, "nats-server.log") });
    let running = await launch();
    opening.defer(() => running.stop());
    const restart = async () => {
      await running.stop();
      running = await launch();
    };
    const { cert, key } = certificates.client;
    const tls = { ca: certificates.ca, cert, key, isFirst: true };
    const url = `tls://127.0.0.1:${port}`;
    return new OperatorServer({ url, folder, keys, tls, certificates, restart }, opening.move());
  }

  /** `roleLifetimeMs`: how long credentials of roles are good; default an hour. */
  async startIssuer(roleLifetimeMs?: number): Promise<void> {
    this.#issuer = await startIssuer({
      folder: this.folder,
      servers: this.url,
      tls: this.tls,
      ...(roleLifetimeMs === undefined ? {} : { roleLifetimeMs }),
      clock: systemClock,
      random: systemRandom,
      logger,
    });
  }
  async stopIssuer(): Promise<void> {
    await this.#issuer?.stop();
    this.#issuer = undefined;
  }

  part(part: SharedPart, lifetimeS = LIFETIME_S): Promise<SignedCredentials> {
    return sharedPartCredentials(this.keys, part, nowS() + lifetimeS);
  }
  node(name: string): Promise<SignedCredentials> {
    return nodeCredentials(this.keys, new IssuerStore(this.folder), name, nowS() + LIFETIME_S);
  }

  /** A link that is closed at the end. */
  async open(options: Omit<LinkOptions, "servers" | "logger" | "name"> & { readonly name?: string }): Promise<Link> {
    const link = await openLink({ name: "test", servers: this.url, tls: this.tls, logger, ...options });
    this.#opened.defer(() => link.close());
    return link;
  }
  async openPart(part: SharedPart): Promise<Link> {
    const credentials = await this.part(part);
    return this.open({ ...PLACE_OF_USER[part], name: part, credentials: () => credentials });
  }
  async openNode(name: string): Promise<Link> {
    const credentials = await this.node(name);
    const place = { apiPrefix: PLACE_OF_USER.node.apiPrefix, inboxPrefix: nodeInboxPrefix(name) };
    return this.open({ ...place, name, credentials: () => credentials });
  }

  /** Asks for a role's credentials as the node that it is placed on, and signs in with what it was given. */
  async openRole(
    node: string,
    link: Link,
    subject: string,
    role: { readonly version: Version; readonly role: string },
  ): Promise<Link> {
    const pair = nkeys.createUser();
    const body = { v: 1, roles: [{ ...role, publicKey: pair.getPublicKey() }] };
    const answer = (await callService(link, subject, body)) as IssuedCredentials;
    const credentials = { seed: new TextDecoder().decode(pair.getSeed()), jwt: answer.jwts[0] ?? "" };
    const inboxPrefix = nodeInboxPrefix(node);
    return this.open({ ...PLACE_OF_ROLE, inboxPrefix, credentials: () => credentials, firstConnectMs: 1_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopIssuer();
    await this.#opened.disposeAsync();
  }
}

const nowS = (): number => Math.floor(Date.now() / 1_000);
