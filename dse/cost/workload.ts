/** What a design is chosen for: requests of `prompt` and `output` tokens, `batch` of them at a time. */
export interface Workload {
  readonly prompt: number;
  readonly output: number;
  readonly batch: number;
}

/** One kind of step of a workload: `rows` rows, of one sequence or of one each, the first at `position`. */
export interface WorkStep {
  readonly rows: number;
  readonly position: number;
  readonly sequences: number;
  /** Whether the head runs. */
  readonly emits: boolean;
}

/** The steps that a workload's time follows from, on a design of so many rows. */
export interface WorkSteps {
  /** In the middle of the output, all requests that fit together. */
  readonly decode: WorkStep;
  /** Chunks of a prompt. */
  readonly chunks: number;
  readonly firstChunk: WorkStep;
  /** The last chunk's place without the head: between the two the time grows evenly. */
  readonly lateChunk: WorkStep;
  readonly lastChunk: WorkStep;
}

/** Which steps stand for a workload. */
export function workSteps({ prompt, output, batch }: Workload, rows: number): WorkSteps {
  const together = Math.max(1, Math.min(batch, rows));
  const chunk = Math.min(rows, Math.max(1, prompt));
  const late = Math.max(0, prompt - chunk);
  const step = (position: number, emits: boolean): WorkStep => ({
    rows: chunk,
    position,
    sequences: 1,
    emits,
  });
  return {
    decode: { rows: together, position: prompt + Math.floor(output / 2), sequences: together, emits: true },
    chunks: Math.ceil(Math.max(1, prompt) / chunk),
    firstChunk: step(0, false),
    lateChunk: step(late, false),
    lastChunk: step(late, true),
  };
}

/** Cycles of the steps that stand for a workload. */
export interface StepCycles {
  readonly decode: number;
  readonly firstChunk: number;
  readonly lateChunk: number;
  readonly lastChunk: number;
}

/** What a design takes for a workload, in its cycles. */
export interface WorkCycles {
  /** Of a decode step, by the tokens that it gives. */
  readonly perToken: number;
  /** For the prompt of one request. */
  readonly prefill: number;
  /** From the first request's start to its last token. */
  readonly request: number;
  /** For all requests. */
  readonly total: number;
}

/** A workload's time from that of its steps. */
export function workCycles(workload: Workload, rows: number, cycles: StepCycles): WorkCycles {
  const { chunks, decode } = workSteps(workload, rows);
  const prefill = (chunks - 1) * ((cycles.firstChunk + cycles.lateChunk) / 2) + cycles.lastChunk;
  const outputs = Math.max(0, workload.output - 1);
  const perToken = cycles.decode / decode.rows;
  return {
    perToken,
    prefill,
    request: prefill + outputs * cycles.decode,
    total: workload.batch * (prefill + outputs * perToken),
  };
}
