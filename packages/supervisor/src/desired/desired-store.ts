import {
  CasBucket,
  type Clock,
  compile,
  Deployment,
  Desired,
  type Link,
  type Logger,
  type Row,
  type RowStore,
  type Subjects,
  TroupeError,
  Turns,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { VersionTables } from "../failures/dead-letters.ts";
import { NewestRow } from "../newest-row.ts";
import { hopKeysOf } from "../observer/hop-inputs.ts";

const CURRENT = "current";
const keyOf = (version: string): string => `version.${version}`;
const Stored = z.union([Desired, Deployment]);
type Stored = z.infer<typeof Stored>;
const isDeployment = (value: Stored): value is Deployment => "manifest" in value;

/** What should run, as last read, with the deployments that it names. */
export interface DesiredView {
  readonly desired: Desired | undefined;
  /** Of the row; `undefined` when there is none. */
  readonly revision: number | undefined;
  readonly deployments: ReadonlyMap<string, Deployment>;
}

export interface DesiredStoreOptions {
  readonly link: Link | RowStore;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The desired state and its deployments. A deployment never changes once it is stored, so each is read once. */
export class DesiredStore {
  /** What may not happen in the middle of something else: a deployment, the removal of code. */
  readonly turns = new Turns();
  readonly #bucket: CasBucket<Stored>;
  readonly #deployments = new Map<string, Deployment>();
  readonly #tables = new Map<string, VersionTables>();
  readonly #current: NewestRow<Stored>;
  #view: DesiredView = { desired: undefined, revision: undefined, deployments: new Map() };

  constructor({ link, subjects, logger, clock }: DesiredStoreOptions) {
    this.#bucket = new CasBucket({ link, subjects, bucket: "desired", schema: Stored, logger, clock });
    this.#current = new NewestRow(this.#bucket, CURRENT);
  }

  /** As last read. */
  get view(): DesiredView {
    return this.#view;
  }

  /** Reads the desired state anew; never goes back to an older one. Throws `unavailable`. */
  async refresh(): Promise<DesiredView> {
    const row = await this.#current.read();
    const desired = row && !isDeployment(row.value) ? row.value : undefined;
    const deployments = new Map<string, Deployment>();
    for (const version of desired ? [desired.current, ...desired.draining] : []) {
      const deployment = await this.deploymentOf(version);
      if (deployment) deployments.set(version, deployment);
    }
    this.#view = { desired, revision: row?.revision, deployments };
    return this.#view;
  }

  async deploymentOf(version: string): Promise<Deployment | undefined> {
    const known = this.#deployments.get(version);
    if (known) return known;
    const row = await this.#bucket.get(keyOf(version));
    if (!row || !isDeployment(row.value)) return undefined;
    this.#deployments.set(version, row.value);
    return row.value;
  }

  /** Every deployment that was ever stored. */
  async allDeployments(): Promise<ReadonlyMap<string, Deployment>> {
    const values = (await this.#bucket.list()).map((row: Row<Stored>) => row.value);
    return new Map(values.filter(isDeployment).map((deployment) => [deployment.version, deployment]));
  }

  /** Stores a new version. Throws `conflict` when its number is taken. */
  async create(deployment: Deployment): Promise<void> {
    await this.#bucket.create(keyOf(deployment.version), deployment);
    this.#deployments.set(deployment.version, deployment);
  }

  /** Replaces the desired state that was read with this revision. Throws `conflict` when somebody else was first. */
  async replace(desired: Desired, revision: number | undefined): Promise<void> {
    try {
      await this.#current.put(desired, revision);
    } catch (error) {
      this.#current.forget();
      throw error;
    }
    await this.refresh();
  }

  /** What a version compiles to, with its hop keys; `undefined` when it was never stored. */
  async tablesOf(version: string): Promise<VersionTables | undefined> {
    const known = this.#tables.get(version);
    if (known) return known;
    const deployment = await this.deploymentOf(version);
    if (!deployment) return undefined;
    const compiled = compile(deployment.manifest);
    if (!compiled.ok) throw new TroupeError("malformed_record", `the stored manifest of ${version} does not compile`);
    const tables = { system: compiled.system, hopKeys: hopKeysOf(deployment.hopKeys) };
    this.#tables.set(version, tables);
    return tables;
  }
}
