export type { DeployAnswer, DeployRequest } from "./desired/deploy.ts";
export type { Difference } from "./desired/difference.ts";
export { Observer } from "./observer/observer.ts";
export { TaskReader } from "./observer/task-reader.ts";
export { mailboxesOf } from "./placement/wanted.ts";
export { QueueReader } from "./queues/queue-reader.ts";
export { giveBack } from "./recovery/give-back.ts";
export { outstanding } from "./recovery/outstanding.ts";
export { readUsage } from "./usage/read-usage.ts";
