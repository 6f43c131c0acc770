import type { Clock } from "../clock.ts";
import { NodePlacement } from "../contracts/control.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { Deployment, Desired, type RevokedEdge } from "../contracts/system.ts";
import { TroupeError } from "../errors.ts";
import { CasBucket } from "../nats/cas-bucket.ts";
import type { Link } from "../nats/connection.ts";
import type { Logger } from "../telemetry/logger.ts";
import { assignReplicas, type HostAssignments, newerPlacement } from "./placement.ts";
import { followRow } from "./row-follower.ts";

export interface DesiredStateOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly node: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the control plane wants of this node: its row of `-placement`, and which roles are paused. Both outlive every supervisor. */
export class DesiredState {
  readonly #options: DesiredStateOptions;
  readonly #deployments: CasBucket<Deployment>;
  readonly #deployed = new Map<string, Deployment>();
  #placement: NodePlacement | undefined;
  #paused: ReadonlySet<string> = new Set();
  #revoked: readonly RevokedEdge[] = [];

  constructor(options: DesiredStateOptions) {
    this.#options = options;
    this.#deployments = new CasBucket({ ...options, bucket: "desired", schema: Deployment });
  }

  /** The term of the supervisor that wrote the placement; 0 while there is none. */
  get leaderEpoch(): number {
    return this.#placement?.leaderEpoch ?? 0;
  }

  /** Which replicas which host should run, as far as it is known. */
  assignments(): HostAssignments {
    return assignReplicas(this.#placement, this.#paused, this.#revoked);
  }

  /** What was deployed as a version; it never changes. Throws `no_system` when there is none, `unavailable`, `malformed_record`. */
  async deploymentOf(version: string): Promise<Deployment> {
    const known = this.#deployed.get(version);
    if (known) return known;
    const row = await this.#deployments.get(`version.${version}`);
    if (!row) throw new TroupeError("no_system", `nothing was deployed as ${version}`);
    this.#deployed.set(version, row.value);
    return row.value;
  }

  /** Keeps up with both rows until the signal aborts; `onChange` is called after every reading. */
  async follow(signal: AbortSignal, onChange: () => void): Promise<void> {
    const options = this.#options;
    const placements = new CasBucket({ ...options, bucket: "placement", schema: NodePlacement });
    const current = new CasBucket({ ...options, bucket: "desired", schema: Desired });
    const followPlacement = followRow(
      {
        ...options,
        bucketName: "placement",
        bucket: placements,
        key: options.node,
        onRow: (row) => {
          if (row) this.#placement = newerPlacement(this.#placement, row);
          onChange();
        },
      },
      signal,
    );
    const followDesired = followRow(
      {
        ...options,
        bucketName: "desired",
        bucket: current,
        key: "current",
        onRow: (row) => {
          if (row) this.#paused = new Set(row.paused);
          if (row) this.#revoked = row.revoked ?? [];
          onChange();
        },
      },
      signal,
    );
    await Promise.all([followPlacement, followDesired]);
  }
}
