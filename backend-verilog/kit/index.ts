export { driverFiles } from "./driver/index.ts";
export type { KitSource, ModelKitSource } from "./source.ts";
