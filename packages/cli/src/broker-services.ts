import type { BrokerService } from "@troupe/runtime";

/** What the nodes of this program do for their hosts; a handler reaches a service by its name, `ctx.ask(name, body)`. */
export const brokerServices = (): readonly BrokerService[] => [];
