// The only door of `sim` for other folders.

export { buildBatch } from "./build-batch.ts";
export { buildSimulator, type SimulatorOptions } from "./build-simulator.ts";
export { type CirctEngine, type CirctVerilog, emitWithCirct, findCirct } from "./circt/circt-engine.ts";
export {
  DivergenceFound,
  firstDivergence,
  type ObservedStream,
  type StreamDivergence,
  type StreamExpectation,
  StreamObserver,
} from "./compare/stream-observer.ts";
export { buildEmbedded, type EmbeddedOptions } from "./embedded/embedded-simulator.ts";
export type { DesignSource } from "./hosted/hosted-design.ts";
export { findTool } from "./hosted/run-tool.ts";
export * from "./simulator.ts";
export { type DesignModule, designModules, modulesBelow } from "./synth/design-parts.ts";
export { type RegisterTiming, registerTiming } from "./synth/register-timing.ts";
export { type AreaCounts, type SynthesisReport, sumArea } from "./synth/statistics.ts";
export { type SynthesisFamily, synthesize } from "./synth/synthesize.ts";
export type { TraceView } from "./trace/trace-view.ts";
