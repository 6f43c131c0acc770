export { generatedPages } from "./docs/pages.ts";
