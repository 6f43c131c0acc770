/** Errors of ours as A2A clients know them. Pure. */
import {
  A2AError,
  RequestMalformedError,
  type RestErrorBody,
  restStatusFor,
  TaskNotCancelableError,
  TaskNotFoundError,
  toRestErrorBody,
  UnsupportedOperationError,
} from "@a2a-js/sdk/errors";
import { ERRORS, TroupeError } from "@troupe/runtime/internal";
import { problemOf } from "../http/problem.ts";

/**
 * Whatever was thrown, as an error of A2A. What it has no name for keeps our code in its metadata; what is no error of ours or of A2A keeps
 * nothing.
 */
export function a2aError(thrown: unknown): A2AError {
  if (thrown instanceof A2AError) return thrown;
  const { body } = problemOf(thrown, "");
  const message = String(body["detail"]);
  const options = { message, cause: thrown, metadata: { code: String(body["code"]) } };
  if (TroupeError.is(thrown, "unknown_task", "invalid_id")) return new TaskNotFoundError(options);
  if (TroupeError.is(thrown, "invalid_request", "body_too_large", "unknown_role")) {
    return new RequestMalformedError(options);
  }
  if (TroupeError.is(thrown, "conflict")) return new UnsupportedOperationError(options);
  return new A2AError(options);
}

/** For a task that has ended otherwise before it could be cancelled. */
export const notCancelable = (error: TroupeError): A2AError =>
  new TaskNotCancelableError({ message: error.message, cause: error });

/** Names of the gRPC codes that stand for the statuses which A2A leaves to HTTP. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "FAILED_PRECONDITION",
  415: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Status and body (`google.rpc.Status`) of the HTTP+JSON binding. */
export function restError(thrown: unknown): { readonly status: number; readonly body: RestErrorBody } {
  const error = a2aError(thrown);
  const named = restStatusFor(error);
  // A role that is not there is a wrong parameter for JSON-RPC, and a wrong address here.
  const isOwn = named === 500 || TroupeError.is(error.cause, "unknown_role");
  const status = isOwn && TroupeError.is(error.cause) ? ERRORS[error.cause.code].http : named;
  const { error: body } = toRestErrorBody(error, status);
  const name = isOwn ? (STATUS_NAMES[status] ?? "UNKNOWN") : body.status;
  return { status, body: { error: { ...body, status: name } } };
}
