import type { Verb } from "./verb.ts";
import { doctor } from "./verbs/doctor.ts";

/** Every verb, in the order of `--help`. A new verb is a file in `verbs/` and a line here. */
export const verbs: readonly Verb[] = [doctor];
