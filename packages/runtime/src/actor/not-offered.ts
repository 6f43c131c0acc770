import { TroupeError } from "../errors.ts";

/** The error of a question to a service that the node does not have: `unavailable`, told from a service that is down by its details. */
export const notOffered = (service: string): TroupeError =>
  new TroupeError("unavailable", `this node offers no service ${service}`, {
    details: { why: "not_offered", service },
  });

export const isNotOffered = (error: unknown): boolean =>
  TroupeError.is(error, "unavailable") && error.details["why"] === "not_offered";
