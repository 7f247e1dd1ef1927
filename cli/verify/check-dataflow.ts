import { decodeStep, encodeStep } from "../../backend-hls/index.ts";
import { argmax, createGraphDecoder, quantizedWeights } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result, ScheduleInterpreter } from "../../ir/index.ts";
import { integerGraph } from "./check-graphs.ts";
import { levelsDiffer } from "./diagnostics.ts";
import { firstImage, rowsOf, type Subject } from "./subject.ts";

/**
 * Level 2 against levels 3 and 4: each step by the graph interpreter and by the network of kernels on a memory image.
 * Compared are token and logit of each step; later steps read the keys and values of earlier ones.
 */
export function checkDataflow(subject: Subject, image: Uint8Array = firstImage(subject)): Result<number> {
  const { plan, layout, network } = subject;
  const graph = createGraphDecoder(integerGraph(subject, 2), quantizedWeights(subject.quantized));
  const made = ScheduleInterpreter.create(network.schedule, { memories: [image] });
  if (made.kind === "error") return made;
  for (const [step, row] of rowsOf(subject).entries()) {
    const logits = graph.step(row.token);
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
