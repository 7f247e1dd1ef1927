import { compileDefaults } from "../options/compile-options.ts";
import { generationDefaults, simulationDefaults } from "../options/generation-options.ts";
import type { ServeOptions } from "../serve/serve-options.ts";

/** What `hidalgo serve` takes where nobody says otherwise. */
export const serveDefaults: ServeOptions = {
  ...{ ...compileDefaults, ...generationDefaults, ...simulationDefaults },
  ...{ accelerators: 1, parallel: "data", policy: "fcfs", prefixCaching: true },
  ...{ preemption: "recompute", kvHostBlocks: 0 },
  engine: "rtl",
};
