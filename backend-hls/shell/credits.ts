import type { HwBuilder, Value } from "../../ir/index.ts";
import { bitsFor, upDown } from "./bits.ts";

/** The producer's end of a stream link: how many elements the queue can still take. */
export interface Credits {
  readonly count: Value;
  readonly any: Value;
  /** `push`: an element is committed in this cycle; it needs `any`. */
  spend(push: Value): void;
}

/** A queue as its producer knows it: how deep it is, and how many credits the producer begins with. */
export interface CreditedQueue {
  readonly depth: number;
  readonly first: number;
}

/** A credit counter that starts at the depth of the queue and regains one for each `credit` pulse, a cycle later. */
export function creditCounter(
  b: HwBuilder,
  name: string,
  queue: number | CreditedQueue,
  credit: Value,
): Credits {
  const { depth, first } = typeof queue === "number" ? { depth: queue, first: queue } : queue;
  const width = bitsFor(depth);
  const count = b.feedback(width, { name: `${name}_credits`, reset: BigInt(first) });
  return {
    count: count.value,
    any: b.not(b.equals(count.value, 0)),
    spend: (push) => {
      count.drive(upDown(b, count.value, credit, push));
    },
  };
}
