import type { Link } from "./link.ts";
import type { HostInput } from "./stimulus.ts";

/** The host at one stream, and the cycles in which it pushed or popped. */
export interface HostReplay {
  readonly name: string;
  readonly times: readonly number[];
  /** Goes on until something is not known yet; whether anything happened. */
  advance(): boolean;
}

/** The host pushes an element in the first cycle in which it is due, the one before has gone and a credit is there. */
export function hostPush(link: Link, input: HostInput): HostReplay {
  const times: number[] = [];
  let next = 0;
  return {
    name: link.name,
    times,
    advance: () => {
      const before = times.length;
      while (times.length < input.elements.length && link.hasCredit) {
        const cycle = Math.max(next, input.notBefore?.(times.length) ?? 0, link.creditTime());
        link.push(cycle);
        times.push(cycle);
        next = cycle + 1;
      }
      return times.length > before;
    },
  };
}

/** The host takes an element in the first cycle in which it is shown and `ready` says so. */
export function hostPop(link: Link, ready: ((cycle: number) => boolean) | undefined): HostReplay {
  const times: number[] = [];
  let next = 0;
  return {
    name: link.name,
    times,
    advance: () => {
      const before = times.length;
      while (link.hasElement) {
        let cycle = Math.max(next, link.visibleTime());
        while (ready?.(cycle) === false) cycle += 1;
        link.pop(cycle);
        times.push(cycle);
        next = cycle + 1;
      }
      return times.length > before;
    },
  };
}
