import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ArrayShape,
  buildAccelerator,
  createOperatorLibrary,
  decodeStep,
  encodeStep,
  networkModule,
  planNetwork,
  productTop,
  START_FIELDS,
  systemModule,
} from "../../backend-hls/index.ts";
import { type Checkpoint, loadModel, type ModelConfig } from "../../frontend/index.ts";
import {
  ALL_OPS,
  dataflowInlineKernels,
  dataflowOutlineKernels,
  parseModule,
  printGeneric,
  printModule,
  renderDiagnostic,
  runPasses,
  ScheduleInterpreter,
  withOptions,
} from "../../ir/index.ts";
import { emitLevels, loopsModule } from "../rtl/emit-levels.ts";
import { firstImage, modelShapeOf, rowsOf, type Subject, subjectOf } from "./subject.ts";
import { tinyCheckpoint, tinyConfig } from "./testing/tiny-checkpoint.ts";
import { verifyEach } from "./verify-each.ts";

const library = createOperatorLibrary("xcup", 250);

interface Sizes {
  readonly array: ArrayShape;
  readonly maxContext?: number;
  readonly blockSize?: number;
}

function compiled(checkpoint: Checkpoint, { array, ...sizes }: Sizes, tokens: readonly number[]): Subject {
  const { schedule, plan } = buildAccelerator(modelShapeOf(checkpoint, sizes), array);
  const network = planNetwork(schedule, library, "optimized");
  if (network.kind === "error") throw new Error(network.diagnostics.map(renderDiagnostic).join("\n"));
  return subjectOf(checkpoint, { plan, network: network.value }, tokens);
}

/** The bundled model; with fewer layers, where so many are asked for. */
function fable(layers?: number): Checkpoint {
  const model = loadModel(join(import.meta.dirname, "../../models/fable"), {});
  if (model.kind === "error") throw new Error(model.diagnostics.map(renderDiagnostic).join("\n"));
  const { checkpoint } = model.value;
  const { config } = checkpoint;
  return {
    ...checkpoint,
    layers: checkpoint.layers.slice(0, layers),
    config: { ...config, layers: layers ?? config.layers },
  };
}

async function expectSame(subject: Subject): Promise<void> {
  const checks = await verifyEach(subject);
  const told = checks.map(({ lowering, outcome }) => [
    lowering,
    outcome.kind === "same" ? outcome.compared > 0 : outcome.diagnostics.map(renderDiagnostic),
  ]);
  expect(told).toEqual([
    ["1-2", true],
    ["2-4", true],
    ["4-5", true],
  ]);
}

describe("both sides of every lowering give the same bits", () => {
  test("a real layer: fable, one layer and the head", { timeout: 60_000 }, async () => {
    await expectSame(compiled(fable(1), { array: { pn: 1, pk: 16, rows: 1 }, maxContext: 32 }, [0]));
  });

  const models = fc.record({
    config: fc.record({
      hidden: fc.integer({ min: 9, max: 16 }),
      kvHeads: fc.integer({ min: 1, max: 2 }),
      headDim: fc.constantFrom(4, 6, 8, 12),
      ffn: fc.integer({ min: 9, max: 20 }),
      window: fc.constantFrom(undefined, 1, 3),
    }),
    group: fc.integer({ min: 1, max: 2 }),
    array: fc.constantFrom<ArrayShape>(
      { pn: 2, pk: 4, rows: 1 },
      { pn: 1, pk: 8, rows: 2 },
      { pn: 4, pk: 4, rows: 1 },
    ),
    blockSize: fc.constantFrom(1, 2, 4),
    seed: fc.nat(10_000),
  });
  test("any small model", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(models, async ({ config, group, array, blockSize, seed }) => {
      const whole = { ...tinyConfig, ...config, heads: group * config.kvHeads };
      await expectSame(compiled(tinyCheckpoint(whole, seed), { array, blockSize }, [seed % 17, 5, 16]));
    });
    await fc.assert(property, { numRuns: 4, seed: 20261122 });
  });
});

/** Each key is the first and the last of its block: its place is overwritten as soon as a token says that it is free. */
test("blocks of one position", { timeout: 60_000 }, async () => {
  const config = { ...tinyConfig, hidden: 9, heads: 1, ffn: 9 };
  await expectSame(
    compiled(tinyCheckpoint(config, 0), { array: { pn: 2, pk: 4, rows: 1 }, blockSize: 1 }, [0, 5, 16]),
  );
});

/** Outputs of all steps. */
function played(config: ModelConfig, array: ArrayShape, seed: number): unknown {
  const subject = compiled(tinyCheckpoint(config, seed), { array, blockSize: 4 }, [1, 2, 3, 4, 5, 6]);
  const { plan, layout, network } = subject;
  const image = firstImage(subject);
  const machine = ScheduleInterpreter.create(network.schedule, { memories: [image] });
  if (machine.kind === "error") throw new Error(machine.diagnostics.map(renderDiagnostic).join("\n"));
  const rows = rowsOf(subject);
  const outputs: unknown[] = [];
  for (let first = 0; first < rows.length; first += plan.rows) {
    const step = rows.slice(first, first + plan.rows);
    machine.value.push(0, encodeStep(plan, layout, step, image));
    expect(machine.value.finish().kind).toBe("ok");
    machine.value.popAll(1);
    outputs.push(...decodeStep(plan, layout, step, image));
  }
  return outputs;
}

test("no choice of lanes, beats or rows changes a bit", () => {
  const arrays = fc.tuple(
    fc.constantFrom([1, 8], [2, 4], [4, 4], [1, 16], [4, 16]),
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(1, 2),
  );
  const property = fc.property(arrays, fc.nat(1000), ([[pn = 1, pk = 8], groups, pt], seed) => {
    expect(played(tinyConfig, { pn, pk, pt, rows: pt * groups }, seed)).toEqual(
      played(tinyConfig, { pn: 2, pk: 8, rows: 1 }, seed),
    );
  });
  fc.assert(property, { numRuns: 12, seed: 7 });
});

test("another model's weights are told as a difference between levels, with its place", async () => {
  const subject = compiled(
    tinyCheckpoint(tinyConfig, 1),
    { array: { pn: 2, pk: 8, rows: 1 }, blockSize: 4 },
    [3],
  );
  const other = compiled(
    tinyCheckpoint(tinyConfig, 2),
    { array: { pn: 2, pk: 8, rows: 1 }, blockSize: 4 },
    [3],
  );
  const checks = await verifyEach(
    { ...subject, quantized: other.quantized, network: subject.network },
    undefined,
    { dataflow: firstImage(subject) },
  );
  expect(checks[1]).toMatchObject({
    lowering: "2-4",
    outcome: { kind: "different", diagnostics: [{ code: "CLI0040" }] },
  });
});

function reparsed(text: string, file: string): string {
  const module = parseModule(text, file);
  return module.kind === "ok"
    ? printModule(module.value)
    : module.diagnostics.map(renderDiagnostic).join("\n");
}

function levelsOf(subject: Subject): ReadonlyMap<string, string> {
  const network = networkModule("core", subject.network);
  const system = systemModule({
    name: "system",
    plan: subject.network,
    network,
    startFields: [...START_FIELDS],
    array: "matmul",
  });
  const { blockSize, maxContext: context } = subject.plan.model;
  return emitLevels({
    config: subject.checkpoint.config,
    shape: { blockSize, context },
    compiled: {
      plan: subject.plan,
      network: subject.network,
      system,
      top: productTop("product", system.top),
    },
  });
}

const tiny = { array: { pn: 2, pk: 8, rows: 1 }, blockSize: 4 } as const;

test("the text of every level reads back to itself", () => {
  for (const [file, text] of levelsOf(compiled(tinyCheckpoint(tinyConfig, 1), tiny, [])))
    expect(reparsed(text, file) === text, file).toBe(true);
});

test("kernels go into functions and come back", () => {
  const loops = loopsModule(compiled(tinyCheckpoint(tinyConfig, 1), tiny, []).network.schedule);
  const outlined = printModule(loops);
  expect(runPasses(loops, [withOptions(dataflowInlineKernels)], { registry: ALL_OPS }).kind).toBe("changed");
  expect(printModule(loops)).not.toContain("func.func");
  expect(runPasses(loops, [withOptions(dataflowOutlineKernels)], { registry: ALL_OPS }).kind).toBe("changed");
  expect(printModule(loops)).toBe(outlined);
});

/** Older ones lack operations of `arith` and `vector` that kernels use. */
const tool = ["mlir-opt-22", "mlir-opt-19", "mlir-opt"].find((name) => {
  const { status, stdout } = spawnSync(name, ["--version"], { encoding: "utf8" });
  return status === 0 && Number(/LLVM version (\d+)/u.exec(stdout)?.[1] ?? 0) >= 19;
});

test.skipIf(tool === undefined)(
  `generic forms of every level are accepted by ${tool ?? "mlir-opt (19 or later is absent)"}`,
  () => {
    for (const [file, text] of levelsOf(
      compiled(fable(1), { array: { pn: 1, pk: 16, rows: 1 }, maxContext: 32 }, []),
    )) {
      const module = parseModule(text, file);
      if (module.kind === "error") throw new Error(module.diagnostics.map(renderDiagnostic).join("\n"));
      const { stderr, status } = spawnSync(
        tool ?? "",
        ["--allow-unregistered-dialect", "-o", "/dev/null", "-"],
        { input: printGeneric(module.value), encoding: "utf8" },
      );
      expect(`${file}: ${String(status)} ${stderr.slice(0, 500)}`).toBe(`${file}: 0 `);
    }
  },
);
