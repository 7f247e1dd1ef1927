import type { Verb, VerbGroup } from "./verb.ts";
import { bench } from "./verbs/bench.ts";
import { calibrate } from "./verbs/calibrate.ts";
import { compile } from "./verbs/compile.ts";
import { diff } from "./verbs/diff.ts";
import { doctor } from "./verbs/doctor.ts";
import { evaluate } from "./verbs/eval.ts";
import { explore } from "./verbs/explore.ts";
import { opt } from "./verbs/opt.ts";
import { pack } from "./verbs/pack.ts";
import { plan } from "./verbs/plan.ts";
import { run } from "./verbs/run.ts";
import { serve } from "./verbs/serve.ts";
import { simulate } from "./verbs/simulate.ts";
import { synth } from "./verbs/synth.ts";

/** Every verb, in the order of `--help`. A new verb is a file in `verbs/` and a line here. */
export const verbs: readonly (Verb | VerbGroup)[] = [
  run,
  compile,
  explore,
  simulate,
  evaluate,
  opt,
  serve,
  diff,
  plan,
  pack,
  calibrate,
  synth,
  bench,
  doctor,
];
