import type { ModelTool } from "../models/model.ts";
import type { Tool } from "./tool.ts";

/** A tool in the form in which the API offers it to a model. */
export const toModelTool = ({ name, description, parameters }: Tool): ModelTool => ({
  type: "function",
  function: { name, description, parameters: { ...parameters } },
});
