export { type Clock, systemClock } from "./clock.ts";
export type { ClusterHealth } from "./contracts/control.ts";
export {
  type DoneBody,
  type PathHop,
  type TaskAccepted,
  type TaskEvent,
  TaskRequest,
  type TaskStatus,
  type TaskView,
  TERMINAL_STATUSES,
} from "./contracts/task.ts";
export {
  ERRORS,
  type ErrorBody,
  type ErrorCode,
  type ErrorKind,
  type ErrorSpec,
  errorBodyOf,
  messageOf,
  TroupeError,
} from "./errors.ts";
export { parseTaskId, requireTaskId, type TaskId, type TaskIdParts } from "./ids.ts";
export { type Random, systemRandom } from "./random.ts";
