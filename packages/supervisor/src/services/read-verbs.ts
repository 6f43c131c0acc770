/** `<sys>.supervisor.{health,nodes,actors,queues,tasks,placement}`: anybody may ask; bodies are ignored except for `tasks`. */
import { type Endpoint, ListRequest, type Subjects, type TaskLog } from "@troupe/runtime/internal";
import type { FiringAlert } from "../alerts/alerts.ts";
import type { ClusterView } from "../health/cluster-view.ts";
import { healthOf } from "../health/health.ts";
import { actorsAnswer, nodesAnswer, placementAnswer, queuesAnswer } from "../health/listings.ts";
import { listTasks } from "../health/task-list.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import type { Placement } from "../placement/placement-loop.ts";

export interface ReadVerbPorts {
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly log: TaskLog;
  readonly view: () => ClusterView;
  readonly alerts: (view: ClusterView) => readonly FiringAlert[];
  readonly placement: () => Placement;
}

/** Largest request of a verb that takes nothing, bytes. */
const SMALL = 4_096;

export function readVerbs(ports: ReadVerbPorts): Readonly<Record<string, Endpoint>> {
  const { subjects, index, log, view } = ports;
  const answer = (verb: string, compute: (view: ClusterView) => unknown): Endpoint => ({
    subject: subjects.supervisor(verb),
    maxBytes: SMALL,
    handle: (request) => request.respond(compute(view())),
  });
  return {
    health: answer("health", (now) => healthOf(now, ports.alerts(now))),
    nodes: answer("nodes", nodesAnswer),
    actors: answer("actors", actorsAnswer),
    queues: answer("queues", queuesAnswer),
    placement: answer("placement", (now) => placementAnswer(now, ports.placement())),
    tasks: {
      subject: subjects.supervisor("tasks"),
      maxBytes: SMALL,
      handle: async (request) => request.respond(await listTasks(index, log, subjects, request.json(ListRequest))),
    },
  };
}
