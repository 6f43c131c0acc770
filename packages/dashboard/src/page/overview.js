/** The first page: cluster, graph with live traffic, tasks. It asks again every two seconds. */
import { getJson, pause, taskRecords } from "./api.js";
import { showCluster } from "./cluster-view.js";
import { html, show } from "./dom.js";
import { EdgeTraffic } from "./edge-traffic.js";
import { showGraph } from "./graph-view.js";
import { numberOf, textOf } from "./read.js";
import { showTasks, tasksOf } from "./tasks-view.js";
import { waitingRows } from "./waiting-rows.js";
import { showWaiting } from "./waiting-view.js";

const EVERY_MS = 2_000;
const PAGE_SIZE = 25;
/** So many tasks are followed for the traffic on edges. */
const FOLLOWED = 8;

/** @typedef {{ readonly onAnswer: () => void, readonly onFailure: (error: unknown) => void }} Reports */

class TaskPages {
  status = "";
  #pages = 1;

  /** @param {string} status */
  choose(status) {
    this.status = status;
    this.#pages = 1;
  }

  more() {
    this.#pages++;
  }

  /** @param {AbortSignal} signal */
  async read(signal) {
    /** @type {unknown[]} */
    const tasks = [];
    let cursor = "";
    for (let page = 0; page < this.#pages; page++) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
      if (this.status !== "") query.set("status", this.status);
      if (cursor !== "") query.set("cursor", cursor);
      const answer = await getJson(`/api/v1/tasks?${query}`, signal);
      tasks.push(...tasksOf(answer));
      cursor = textOf(answer, "cursor");
      if (cursor === "") break;
    }
    return { tasks, status: this.status, hasMore: cursor !== "" };
  }
}

/** What the newest tasks sent over the edges; each record is read once. */
class FollowedTasks {
  #traffic = new EdgeTraffic();
  /** Last record that was read, by task. @type {Map<string, number>} */
  #read = new Map();
  /** Read after its end: nothing follows. @type {Set<string>} */
  #finished = new Set();

  /** @param {readonly unknown[]} tasks @param {AbortSignal} signal */
  async follow(tasks, signal) {
    const newest = tasks.slice(0, FOLLOWED);
    const ids = new Set(newest.map((task) => textOf(task, "task_id")));
    for (const id of this.#read.keys()) {
      if (ids.has(id)) continue;
      this.#read.delete(id);
      this.#finished.delete(id);
    }
    for (const task of newest) {
      const id = textOf(task, "task_id");
      if (this.#finished.has(id)) continue;
      for await (const record of taskRecords(id, this.#read.get(id) ?? 0, signal)) {
        this.#traffic.add(record, Date.parse(textOf(record, "at")));
        this.#read.set(id, numberOf(record, "id"));
      }
      if (textOf(task, "finished_at") !== "") this.#finished.add(id);
    }
    return this.#traffic.counts(Date.now());
  }
}

/** @param {Element} place @param {AbortSignal} signal @param {Reports} reports */
export async function runOverview(place, signal, { onAnswer, onFailure }) {
  const [cluster, waiting, graph, tasks] = [html("section"), html("section"), html("section"), html("section")];
  waiting.hidden = true;
  show(place, html("h1", {}, "Overview"), cluster, waiting, graph, tasks);
  const [pages, followed] = [new TaskPages(), new FollowedTasks()];
  const showList = async () => {
    const listed = await pages.read(signal);
    showTasks(tasks, listed, {
      choose: (status) => {
        pages.choose(status);
        void showList().catch(onFailure);
      },
      more: () => {
        pages.more();
        void showList().catch(onFailure);
      },
    });
    return listed;
  };
  while (!signal.aborted) {
    try {
      const health = await getJson("/api/v1/cluster", signal);
      showCluster(cluster, health);
      const [approvals, parked] = await Promise.all([
        getJson("/api/v1/approvals", signal),
        getJson("/api/v1/dead-letters?state=parked", signal),
      ]);
      showWaiting(waiting, waitingRows(approvals, parked));
      const listed = await showList();
      const traffic = await followed.follow(listed.tasks, signal);
      showGraph(graph, { graph: await getJson("/api/v1/graph", signal), cluster: health, traffic });
      onAnswer();
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
    await pause(EVERY_MS, signal);
  }
}
