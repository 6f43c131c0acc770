/** `<sys>.supervisor.{deploy,revoke_edge}`: only users of CORE and gateways reach them. */
import { type Endpoint, RevokedEdge, type Subjects } from "@troupe/runtime/internal";
import { askedBy } from "../audit/operator-act.ts";
import type { ControlEvents } from "../control-events.ts";
import { DeployRequest, deploy } from "../desired/deploy.ts";
import type { DeployPorts } from "../desired/deploy-ports.ts";
import { revokeEdge } from "../desired/revoke-edge.ts";

export interface WriteVerbPorts {
  readonly subjects: Subjects;
  readonly deploy: DeployPorts;
  readonly events: ControlEvents;
  readonly requireLeading: () => void;
  /** Called after something was changed that placement depends on. */
  readonly onChange: () => void;
}

export function writeVerbs(ports: WriteVerbPorts): Readonly<Record<string, Endpoint>> {
  return {
    deploy: {
      subject: ports.subjects.supervisor("deploy"),
      handle: async (request) => {
        ports.requireLeading();
        const answer = await deploy(ports.deploy, request.json(DeployRequest), askedBy(request));
        if (answer.changed) {
          ports.events.record({ name: "deploy", about: answer.version, reason: "asked for by an operator" });
          ports.onChange();
        }
        request.respond(answer);
      },
    },
    revoke_edge: {
      subject: ports.subjects.supervisor("revoke_edge"),
      handle: async (request) => {
        ports.requireLeading();
        const answer = await revokeEdge(ports.deploy, request.json(RevokedEdge), askedBy(request));
        ports.events.record({ name: "edge.revoked", about: answer.edge, reason: "asked for by an operator" });
        ports.onChange();
        request.respond(answer);
      },
    },
  };
}
