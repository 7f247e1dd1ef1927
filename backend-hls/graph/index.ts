// From a function of the integer graph to one schedule, and its memory.
export { chooseGraphDesign } from "./choose-graph-design.ts";
export {
  buildGraph,
  type CompiledGraph,
  compileGraph,
  type GraphRequest,
  type PlannedGraph,
  planGraph,
} from "./compile-graph.ts";
export type { GraphDesign } from "./graph-scope.ts";
export {
  checkInterfaces,
  INTERFACES,
  type Interface,
  type Interfaces,
  interfaceOf,
  STREAM_PORTS,
} from "./interfaces.ts";
export { type LoweredGraph, lowerGraph, startFields } from "./lower-graph.ts";
export {
  type CacheRegion,
  decodeResults,
  encodeArguments,
  type GraphMemory,
  loadTensor,
  outputsOf,
  regionNamed,
  regionsOf,
  storeTensor,
  type TensorRegion,
} from "./memory-map.ts";
export { isLoopFunction } from "./nests/loop-function.ts";
export { PHASES, type Phase } from "./program.ts";
