export { openApiDocument } from "./http/openapi.ts";
