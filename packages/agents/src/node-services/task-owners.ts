import { parseTaskId, type TaskId, TroupeError } from "@troupe/runtime";
import { decodeRecordHeader, directGetLast, type Link, type Subjects } from "@troupe/runtime/internal";
import type { TaskOwner } from "../budgets/nest.ts";

const MAX_REMEMBERED = 10_000;

/** Whose tasks are, read off their start records: what a host says of that is a claim. Each task is read once. */
export class TaskOwners {
  readonly #link: () => Promise<Link>;
  readonly #subjects: Subjects;
  readonly #owners = new Map<TaskId, Promise<TaskOwner>>();

  constructor(link: () => Promise<Link>, subjects: Subjects) {
    this.#link = link;
    this.#subjects = subjects;
  }

  /** Throws `unknown_task` when the log does not have its start, `unavailable`. */
  of(task: TaskId): Promise<TaskOwner> {
    const known = this.#owners.get(task);
    if (known) return known;
    const owner = this.#read(task);
    this.#owners.set(task, owner);
    owner.catch(() => this.#owners.delete(task));
    for (const oldest of this.#owners.keys()) {
      if (this.#owners.size <= MAX_REMEMBERED) break;
      this.#owners.delete(oldest);
    }
    return owner;
  }

  async #read(task: TaskId): Promise<TaskOwner> {
    const shard = parseTaskId(task)?.shard ?? 0;
    const start = await directGetLast(
      await this.#link(),
      this.#subjects.logStream(shard),
      this.#subjects.start(task, "*"),
    );
    const header = start && decodeRecordHeader(start.headers.last("Troupe"));
    if (!header?.passport) throw new TroupeError("unknown_task", `the log has no start of task ${task}`);
    const { tenant, session } = header.passport;
    return { task, tenant, session, user: header.origin?.user };
  }
}
