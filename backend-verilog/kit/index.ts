export { driverFiles } from "./driver/index.ts";
export { fusesocCore } from "./packaging/fusesoc-core.ts";
export { registerMap } from "./packaging/register-map.ts";
export { clockConstraint, packageScript } from "./packaging/vivado.ts";
export type { KitSource, ModelKitSource } from "./source.ts";
export { type BenchStep, hasHexImage, IMAGE_FILE, imageHex, testbench } from "./testbench/testbench.ts";
