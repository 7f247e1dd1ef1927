// The only door of `sim` for other folders.
export * from "./simulator.ts";
export { buildEmbedded, type EmbeddedOptions } from "./embedded/embedded-simulator.ts";
