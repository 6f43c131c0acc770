export { EXIT_CODES, type ExitCode } from "./exit-code.ts";
