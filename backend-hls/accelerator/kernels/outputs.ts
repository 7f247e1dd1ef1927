import type { ScheduleBuilder } from "../../../ir/index.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { greedyKernels } from "./choose.ts";
import { rankingKernels } from "./rank.ts";
import { writeLogitsKernels } from "./write-logits.ts";

/** What becomes of the logits: tokens are chosen and written; only what the plan's outputs need is built. */
export function outputKernels(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const writer = plan.outputs.logits ? writeLogitsKernels(s, plan, w) : undefined;
  const source = writer?.source ?? { y: w.toArgmax, command: w.argmaxCommand };
  if (plan.outputs.candidates === 1) greedyKernels(s, plan, w, source);
  else rankingKernels(s, plan, w, source);
  s.burstWrite(
    "outputs",
    {
      memory: w.memory,
      requests: w.outputRequests,
      data: w.outputBeats,
      done: writer?.tokensWritten ?? w.outputAcks,
    },
    plan.maxBurst,
  );
}
