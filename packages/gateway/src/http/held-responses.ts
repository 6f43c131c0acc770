import type { ServerResponse } from "node:http";
import type { Principal } from "../auth/principal.ts";

/** What is open on behalf of whom: streams may stay open for hours, and must not outlive the credentials that they were opened with. */
export class HeldResponses {
  readonly #open = new Map<ServerResponse, Principal>();

  hold(response: ServerResponse, principal: Principal): void {
    this.#open.set(response, principal);
    response.once("close", () => this.#open.delete(response));
  }

  /** Cuts everything off whose principal is not good any more: its client comes back and has to sign in. */
  cutOff(isStillGood: (principal: Principal) => boolean): void {
    for (const [response, principal] of this.#open) if (!isStillGood(principal)) response.destroy();
  }
}
