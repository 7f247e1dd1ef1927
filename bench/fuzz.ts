// Random programs through one engine: `node bench/fuzz.ts --count 2000 --engine icarus --seed 1`.
import { parseArgs } from "node:util";
import { renderDiagnostic } from "../ir/index.ts";
import { runFuzz } from "./fuzz/run-fuzz.ts";

/** Programs that share a build, by engine: builds of Verilator are slow, one process of Icarus is too if it holds many. */
const BATCH = { embedded: 1, icarus: 10, verilator: 50 } as const;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    engine: { type: "string", default: "embedded" },
    seed: { type: "string", default: "1" },
    shape: { type: "string", default: "general" },
  },
});
const engine = (["embedded", "icarus", "verilator"] as const).find((name) => name === values.engine);
if (engine === undefined)
  throw new RangeError(`--engine is embedded, icarus or verilator, not ${values.engine}`);
const shape = (["general", "commands", "tokens", "memory", "loops"] as const).find(
  (name) => name === values.shape,
);
if (shape === undefined)
  throw new RangeError(`--shape is general, commands, tokens, memory or loops, not ${values.shape}`);

const started = performance.now();
const result = await runFuzz({
  seed: Number(values.seed),
  count: Number(values.count),
  shape,
  batch: BATCH[engine],
  simulator: { engine, timeoutSeconds: 600 },
  report: (outcome) => {
    if (outcome.kind === "different") console.log(`seed ${String(outcome.seed)}: ${outcome.what}`);
  },
});
if (result.kind === "error") {
  for (const diagnostic of result.diagnostics) console.log(renderDiagnostic(diagnostic));
  process.exitCode = 2;
} else {
  const { same, different, rejected, cycles, elements } = result.value;
  for (const { seed, diagnostic } of rejected)
    console.log(`seed ${String(seed)} is no program: ${diagnostic.message}`);
  console.log(
    `${engine}: ${String(same + different.length)} ${shape} programs from seed ${values.seed}, ${String(different.length)} mismatches; ${String(elements)} elements and ${String(cycles)} cycles equal; ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = different.length === 0 ? 0 : 1;
}
