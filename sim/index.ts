// The only door of `sim` for other folders.
export * from "./simulator.ts";
export { buildSimulator, type SimulatorOptions } from "./build-simulator.ts";
export { buildBatch } from "./build-batch.ts";
export { buildEmbedded, type EmbeddedOptions } from "./embedded/embedded-simulator.ts";
export { findTool } from "./hosted/run-tool.ts";
export type { DesignSource } from "./hosted/hosted-design.ts";
export { synthesize, type SynthesisFamily, type SynthesisTool } from "./synth/synthesize.ts";
export type { AreaCounts, SynthesisReport } from "./synth/statistics.ts";
export { firstDivergence, StreamObserver, type ObservedStream, type StreamDivergence, type StreamExpectation } from "./compare/stream-observer.ts";
