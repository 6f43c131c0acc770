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
      id: asked.id === "" ? UNNAMED : asked.id,
      url: this.#requireUrl(url),
      token,
      ...(authentication && { authentication: { ...authentication } }),
      caller: { tenant, isWalled },
      sent: 0,
      untilMs: 0,
    });
    if (!parsed.success) throw new RequestMalformedError(`the configuration is refused: ${parsed.error.message}`);
    const all = await this.#of(task);
    const present = all.find(({ value }) => value.id === parsed.data.id);
    if (!present && all.length >= MOST) throw new RequestMalformedError(`a task has at most ${MOST} configurations`);
    return shown((await this.#bucket.put(keyOf(parsed.data), parsed.data, present?.revision)).value);
  }

  async get(task: TaskId, id: string): Promise<TaskPushNotificationConfig> {
    return shown((await this.#find(task, id)).value);
  }

  async list(task: TaskId): Promise<TaskPushNotificationConfig[]> {
    return (await this.#of(task)).map(({ value }) => shown(value));
  }

  /** Removing what is not there is done already. */
  async remove(task: TaskId, id: string): Promise<void> {
    try {
      const { key, revision } = await this.#find(task, id);
      await this.#bucket.remove(key, revision);
    } catch (error) {
      if (error instanceof TaskNotFoundError) return;
      // Its sender noted how far it had come: once more, with that.
      if (!TroupeError.is(error, "conflict")) throw error;
      await this.remove(task, id);
    }
  }

  async #of(task: TaskId) {
    return (await this.#bucket.list()).filter(({ value }) => value.task === task);
  }

  async #find(task: TaskId, id: string) {
    const wanted = id === "" ? UNNAMED : id;
    const found = (await this.#of(task)).find(({ value }) => value.id === wanted);
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

const shown = ({ task, id, url, token, authentication }: PushRow): TaskPushNotificationConfig => ({
  tenant: "",
  id,
  taskId: task,
  url,
  token,
  authentication,
});
