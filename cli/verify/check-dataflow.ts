import { decodeStep, encodeStep } from "../../backend-hls/index.ts";
import { argmax, type SequenceDecoder } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result, ScheduleInterpreter } from "../../ir/index.ts";
import { levelsDiffer } from "./diagnostics.ts";
import { firstImage, rowsOf, type Subject } from "./subject.ts";

/**
 * Level 2, or the integer reference, against levels 3 and 4: each step by `decoder` and by the network of kernels on a memory image.
 * Compared are token and logit of each step; later steps read the keys and values of earlier ones.
 */
export function checkDataflow(
  subject: Subject,
  decoder: Pick<SequenceDecoder, "step">,
  image: Uint8Array = firstImage(subject),
): Result<number> {
  const { plan, layout, network } = subject;
  const made = ScheduleInterpreter.create(network.schedule, { memories: [image] });
  if (made.kind === "error") return made;
  for (const [step, row] of rowsOf(subject).entries()) {
    const logits = decoder.step(row.token);
    made.value.push(0, encodeStep(plan, layout, [row], image));
    const state = made.value.finish();
    if (state.kind === "error") return state;
    made.value.popAll(1);
    const [output] = decodeStep(plan, layout, [row], image);
    const found = output?.candidates[0];
    const wanted = { token: argmax(logits), logit: logits[argmax(logits)] };
    if (found?.token === wanted.token && Object.is(found.logit, wanted.logit)) continue;
    const where = `the output of step ${step}`;
    const details = {
      lowering: "kernels",
      where,
      found: JSON.stringify(found),
      wanted: JSON.stringify(wanted),
    };
    return fail(levelsDiffer(builtSpan("dataflow.schedule"), details));
  }
  return ok(2 * subject.tokens.length);
}
