// The door of `cli` for tests and benches; users import `api.ts`.

export { planVariant } from "./bench/survey/measure-variant.ts";
export { variants as surveyVariants } from "./bench/survey/variants.ts";
export { quantizeLoaded } from "./engines/quantize-model.ts";
export { compileReadGraph } from "./graph/compile-graph.ts";
export { parseGraph } from "./graph/read-graph.ts";
export { simulateGraph } from "./graph/simulate-graph.ts";
export { compilePrepared } from "./jobs/compile-model.ts";
export { openBuild } from "./jobs/open-build.ts";
export { prepareModel } from "./jobs/prepare.ts";
export { tellStorage } from "./jobs/tell-storage.ts";
export { chooseMemory } from "./rtl/choose-memory.ts";
export { hardwarePrecision } from "./rtl/hardware-precision.ts";
export { type CompiledDesign, compileDesign, type Design } from "./rtl/open-design.ts";
export { packModel } from "./rtl/pack-model.ts";
export { consecutiveRows } from "./rtl/step-report.ts";
export { ownHardware } from "./rtl-engine.ts";
export { modelShapeOf } from "./verify/subject.ts";
