/** The same with one edge more. */
import { edgesSystem } from "./edges-system.ts";

export default edgesSystem(true);
