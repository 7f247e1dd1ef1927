// From a function of the integer graph to one schedule, and its memory.
export type { GraphDesign } from "./graph-scope.ts";
export { GRAPH_START_FIELDS, type LoweredGraph, lowerGraph } from "./lower-graph.ts";
export {
  type CacheRegion,
  decodeResults,
  encodeArguments,
  type GraphMemory,
  loadTensor,
  regionNamed,
  regionsOf,
  storeTensor,
  type TensorRegion,
} from "./memory-map.ts";
