export type { DeployAnswer, DeployRequest } from "./desired/deploy.ts";
export type { Difference } from "./desired/difference.ts";
export { Observer } from "./observer/observer.ts";
export { TaskReader } from "./observer/task-reader.ts";
export { mailboxesOf } from "./placement/wanted.ts";
export { readUsage } from "./usage/read-usage.ts";
