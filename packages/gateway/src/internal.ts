export { type ApiKey, KEY_PREFIX, newApiKey, PrincipalName } from "./auth/api-key.ts";
export { apiKeyBucket } from "./auth/api-key-directory.ts";
export {
  ACCESS_ROLE_NAMES,
  ACCESS_ROLES,
  type AccessRole,
  PERMISSION_NAMES,
  PERMISSIONS,
  type Requirement,
} from "./auth/permission.ts";
export { type GuardEnvironment, loadGuardSettings } from "./config/load-guard.ts";
export { loadRequiredParts } from "./config/load-health.ts";
export { openApiDocument } from "./http/openapi.ts";
export { OPERATIONS } from "./http/operations.ts";
export { callerKey, requestDigest } from "./ingress/idempotency-keys.ts";
