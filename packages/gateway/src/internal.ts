export { openApiDocument } from "./http/openapi.ts";
export { callerKey, requestDigest } from "./ingress/idempotency-keys.ts";
