import type { Verb } from "../verb.ts";
import { ablation } from "./ablation.ts";
import { accelerators } from "./accelerators.ts";
import { concurrency } from "./concurrency.ts";
import { estimator } from "./estimator.ts";
import { paging } from "./paging.ts";
import { polybench } from "./polybench.ts";
import { scalehls } from "./scalehls.ts";
import { latencyBench, serveBench, throughputBench } from "./serving-benches.ts";
import { survey } from "./survey/survey.ts";

/** Every bench, in the order of `bench --help`. A new bench is a file in this folder, made with `defineBench`, and a line here. */
export const benches: readonly Verb[] = [
  serveBench,
  throughputBench,
  latencyBench,
  concurrency,
  accelerators,
  paging,
  polybench,
  ablation,
  estimator,
  scalehls,
  survey,
];
