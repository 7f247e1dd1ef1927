import type { HwBuilder, Value } from "../../ir/index.ts";
import { bitsFor, upDown } from "./bits.ts";

/** The producer's end of a stream link: how many elements the queue can still take. */
export interface Credits {
  readonly count: Value;
  readonly any: Value;
  /** `push`: an element is committed in this cycle; it needs `any`. */
  spend(push: Value): void;
}

/** Where the credits of queues are behind reset. */
export interface QueueCredits {
  /** Producers have none: queues hand them out, those of a simulation with limits. */
  readonly beginsWithoutCredits?: boolean | undefined;
}

/** A queue as its producer knows it. */
export interface CreditedQueue extends QueueCredits {
  /** Elements that it takes. */
  readonly depth: number;
}

/** A credit counter that starts at the depth of the queue, or at none, and gains one for each `credit` pulse, a cycle later. */
export function creditCounter(
  b: HwBuilder,
  name: string,
  { depth, beginsWithoutCredits = false }: CreditedQueue,
  credit: Value,
): Credits {
  const width = bitsFor(depth);
  const count = b.feedback(width, {
    name: `${name}_credits`,
    reset: beginsWithoutCredits ? 0n : BigInt(depth),
  });
  return {
    count: count.value,
    any: b.not(b.equals(count.value, 0)),
    spend: (push) => {
      count.drive(upDown(b, count.value, credit, push));
    },
  };
}
