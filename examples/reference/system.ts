/** The default system of `troupe start`. Copy `packages/agents/src/reference/` to make a team of your own. */
export { default } from "@troupe/agents/reference";
