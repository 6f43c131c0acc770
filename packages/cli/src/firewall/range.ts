import type { CompiledSystem, HopId, Subjects, TaskId, Version } from "@troupe/runtime/internal";

/** Where attacks are tried. */
export interface Range {
  readonly subjects: Subjects;
  readonly version: Version;
  readonly system: CompiledSystem;
  /** A task that nobody has, of this version and shard 0. */
  readonly task: TaskId;
  readonly hop: HopId;
}
