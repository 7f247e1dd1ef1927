// The layer table. A folder may import itself, what stands beside its name, and nothing else of ours;
// another folder only through its front door. test/layers.test.ts shows that a violation is caught.
const mayImport = {
  ir: [],
  frontend: ["ir"],
  "backend-hls": ["ir"],
  "backend-verilog": ["ir"],
  dse: ["ir", "backend-hls"],
  sim: ["ir", "backend-verilog"],
  "runtime-host": ["ir"],
  cli: ["ir", "frontend", "backend-hls", "backend-verilog", "dse", "sim", "runtime-host"],
};
const folders = Object.keys(mayImport);
const anyOf = (names) => `^(${names.join("|")})/`;
const except = (names) => folders.filter((folder) => !names.includes(folder));

/** The one place where the engine meets the simulated accelerator. */
const deviceAdapters = "^runtime-host/devices/";

const layer = ([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `${folder} may import ${["itself", ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^${folder}/`, ...(folder === "runtime-host" ? { pathNot: deviceAdapters } : {}) },
  to: { path: anyOf(except([folder, ...allowed])) },
});

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(layer),
    {
      name: "layer-device-adapters",
      comment: "runtime-host/devices may import the simulator too, and nothing more",
      severity: "error",
      from: { path: deviceAdapters },
      to: { path: anyOf(except(["runtime-host", "ir", "sim"])) },
    },
    {
      name: "front-door",
      comment: "another folder is imported through its index.ts",
      severity: "error",
      from: { path: "^([^/]+)/" },
      to: { path: anyOf(folders), pathNot: ["^$1/", "^[^/]+/index\\.ts$"] },
    },
    {
      name: "test-support",
      comment: "only tests use test/, and through test/support/index.ts",
      severity: "error",
      from: { pathNot: ["^test/", "\\.test\\.ts$"] },
      to: { path: "^test/" },
    },
    {
      name: "test-support-door",
      comment: "tests outside test/ use test/support/index.ts",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/", pathNot: "^test/support/index\\.ts$" },
    },
    {
      name: "no-cycles",
      comment: "types may refer to each other across files, code may not",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-test-imports",
      comment: "nothing imports a test file",
      severity: "error",
      from: {},
      to: { path: "\\.test\\.ts$" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|build|\\.cache|node_modules)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
