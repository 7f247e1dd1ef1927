// What the benches of this package use beside its public API.
export { compilePrepared } from "./jobs/compile-model.ts";
export { openBuild } from "./jobs/open-build.ts";
export { prepareModel } from "./jobs/prepare.ts";
export { ownHardware } from "./rtl-engine.ts";
