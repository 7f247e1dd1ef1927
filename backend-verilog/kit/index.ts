export { driverFiles } from "./driver/index.ts";
export type { KitSource, ModelKitSource } from "./source.ts";
export { type BenchStep, IMAGE_FILE, imageHex, testbench } from "./testbench/testbench.ts";
