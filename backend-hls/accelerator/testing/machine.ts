import {
  ALL_OPS,
  CompilerBug,
  type Diagnostic,
  renderDiagnostic,
  ScheduleInterpreter,
  verify,
} from "../../../ir/index.ts";
import {
  type ArrayShape,
  buildAccelerator,
  decodeStep,
  encodeStep,
  layoutMemory,
  type MemoryLayout,
  type ModelParameters,
  type ModelShape,
  type Plan,
  packWeights,
  type Row,
  type RowOutput,
} from "../index.ts";
import type { MultiplierSize } from "../paired-products.ts";

/** An accelerator with its memory in the dataflow interpreter. */
export class InterpretedAccelerator {
  readonly plan: Plan;
  readonly layout: MemoryLayout;
  readonly image: Uint8Array;
  readonly interpreter: ScheduleInterpreter;

  constructor(
    model: ModelShape,
    design: ArrayShape,
    parameters: ModelParameters,
    options: {
      readonly kvBlocks: number;
      readonly checkOrder?: boolean;
      readonly multiplier?: MultiplierSize;
    },
  ) {
    const { schedule, plan } = buildAccelerator(model, design, options.multiplier);
    const problems = verify(schedule, ALL_OPS);
    if (problems.length > 0) throw new CompilerBug(text(problems));
    this.plan = plan;
    this.layout = layoutMemory(plan, options.kvBlocks);
    this.image = new Uint8Array(this.layout.bytes);
    packWeights(plan, this.layout, parameters, this.image);
    const made = ScheduleInterpreter.create(schedule, {
      memories: [this.image],
      checkOrder: options.checkOrder ?? false,
    });
    if (made.kind === "error") throw new CompilerBug(text(made.diagnostics));
    this.interpreter = made.value;
  }

  /** Runs one step to its end. */
  step(rows: readonly Row[]): readonly (RowOutput | undefined)[] {
    this.interpreter.push(0, encodeStep(this.plan, this.layout, rows, this.image));
    const state = this.interpreter.finish();
    if (state.kind === "error") throw new CompilerBug(text(state.diagnostics));
    const finished = this.interpreter.popAll(1);
    if (finished.length !== 1) throw new CompilerBug(`${String(finished.length)} steps finished`);
    return decodeStep(this.plan, this.layout, rows, this.image);
  }
}

function text(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join("\n");
}
