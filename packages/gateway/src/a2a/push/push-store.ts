/** The push notification configurations of tasks, as clients make, read and remove them. */
import type { TaskPushNotificationConfig } from "@a2a-js/sdk";
import { RequestMalformedError, TaskNotFoundError } from "@a2a-js/sdk/errors";
import { type CasBucket, messageOf, requireDestination, type TaskId, TroupeError } from "@troupe/runtime/internal";
import type { Caller } from "../../task/task-api.ts";
import { keyOf, PushRow } from "./push-row.ts";

/** Configurations that a task may have. */
const MOST = 10;
/** Id of a configuration that its client did not name. */
const UNNAMED = "default";
/** A sender notes in the row how far it has come: a change that meets this is made again, with what is there then. */
const ATTEMPTS = 5;

export class PushStore {
  readonly #bucket: CasBucket<PushRow>;
  readonly #privateHosts: readonly string[];

  constructor(bucket: CasBucket<PushRow>, privateHosts: readonly string[]) {
    this.#bucket = bucket;
    this.#privateHosts = privateHosts;
  }

  /** Makes a configuration, or replaces that of the same id. Throws `RequestMalformedError` for where nothing will ever be sent. */
  async put(caller: Caller, task: TaskId, asked: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    const { tenant, isWalled } = caller;
    const { url, token, authentication } = asked;
    const parsed = PushRow.safeParse({
      v: 1,
      task,
      id: named(asked.id),
      url: this.#requireUrl(url),
      token,
      ...(authentication && { authentication: { ...authentication } }),
      caller: { tenant, isWalled },
      sent: 0,
      untilMs: 0,
    });
    if (!parsed.success) throw new RequestMalformedError(`the configuration is refused: ${parsed.error.message}`);
    const asRow = parsed.data;
    return unlessChanged(async () => {
      const all = await this.#of(task);
      const present = all.find(({ value }) => value.id === asRow.id);
      if (!present && all.length >= MOST) throw new RequestMalformedError(`a task has at most ${MOST} configurations`);
      return shown((await this.#bucket.put(keyOf(asRow), asRow, present?.revision)).value);
    });
  }

  async get(task: TaskId, id: string): Promise<TaskPushNotificationConfig> {
    return shown((await this.#find(task, id)).value);
  }

  async list(task: TaskId): Promise<TaskPushNotificationConfig[]> {
    return (await this.#of(task)).map(({ value }) => shown(value));
  }

  /** Removing what is not there is done already. */
  async remove(task: TaskId, id: string): Promise<void> {
    await unlessChanged(async () => {
      const found = (await this.#of(task)).find(({ value }) => value.id === named(id));
      if (found) await this.#bucket.remove(found.key, found.revision);
    });
  }

  async #of(task: TaskId) {
    return (await this.#bucket.list()).filter(({ value }) => value.task === task);
  }

  async #find(task: TaskId, id: string) {
    const found = (await this.#of(task)).find(({ value }) => value.id === named(id));
    if (found) return found;
    throw new TaskNotFoundError(
      `task ${task} has no push notification configuration ${JSON.stringify(id.slice(0, 64))}`,
    );
  }

  #requireUrl(url: string): string {
    try {
      return requireDestination(url, this.#privateHosts).href;
    } catch (error) {
      throw new RequestMalformedError({ message: `url: ${messageOf(error)}`, cause: error });
    }
  }
}

const named = (id: string): string => (id === "" ? UNNAMED : id);

async function unlessChanged<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (error) {
      if (!TroupeError.is(error, "conflict") || attempt === ATTEMPTS) throw error;
    }
  }
}

const shown = ({ task, id, url, token, authentication }: PushRow): TaskPushNotificationConfig => ({
  tenant: "",
  id,
  taskId: task,
  url,
  token,
  authentication,
});
