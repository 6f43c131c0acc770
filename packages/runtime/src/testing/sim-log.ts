import type { AppendOutcome, Fence, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import { SimStore } from "./sim-store.ts";

/** A task log in memory that behaves like JetStream on one server, without faults: for tests of what stands on the log. */
export class SimLog implements TaskLog {
  readonly store: SimStore;

  constructor(store: SimStore = new SimStore("R1")) {
    this.store = store;
  }

  async append(record: NewRecord, fence?: Fence): Promise<AppendOutcome> {
    return new Promise((resolve) => {
      this.store.append(record, fence, resolve);
      while (this.store.inFlight > 0) this.store.confirm();
    });
  }

  async last(filter: string): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.store.last(filter));
  }

  async get(subject: string): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.store.get(subject));
  }
}
