import { DESK_ACTS, DESK_BODIES } from "@troupe/runtime/internal";
import type { FastifyInstance } from "fastify";
import type { SupervisorApi } from "../cluster/supervisor-api.ts";
import type { Caller } from "../task/task-api.ts";
import { DeadLetterListQuery } from "./dead-letter-operations.ts";
import { bodyOf, pathIdOf, queryOf, requireJson } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface DeadLetterRoutePorts extends Pick<RoutePorts, "callerOf"> {
  readonly supervisor: SupervisorApi;
}

const DEAD_LETTERS = "/api/v1/dead-letters";

/** The desk over HTTP: the supervisor decides; who may ask it is decided before. */
export function registerDeadLetterRoutes(app: FastifyInstance, { supervisor, callerOf }: DeadLetterRoutePorts): void {
  app.get(DEAD_LETTERS, (request) =>
    supervisor.deadLetters({ ...queryOf(request, DeadLetterListQuery), ...wallOf(callerOf(request)) }),
  );
  app.get(`${DEAD_LETTERS}/:id`, (request) =>
    supervisor.deadLetter({ dead_letter_id: pathIdOf(request), ...wallOf(callerOf(request)) }),
  );
  for (const act of DESK_ACTS) {
    app.post(`${DEAD_LETTERS}/:id/${act}`, (request) => {
      requireJson(request, "a decision");
      const body = bodyOf(request, DESK_BODIES[act], "the decision");
      const caller = callerOf(request);
      const { tenant, user = "nobody" } = caller;
      const asked = { ...body, dead_letter_id: pathIdOf(request), ...wallOf(caller) };
      return supervisor.decideDeadLetter(act, asked, `http ${tenant}/${user}`);
    });
  }
}

/** Another tenant's dead letter is not there for who may not see its task. */
const wallOf = ({ tenant, isWalled }: Caller): { readonly tenant?: string } => (isWalled ? { tenant } : {});
