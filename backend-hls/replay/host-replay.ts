import type { Part } from "./agenda.ts";
import type { ElementBits, Link } from "./link.ts";

/** The host at one stream, and the cycles in which it pushed or popped. */
export interface HostReplay extends Part {
  readonly name: string;
  readonly times: readonly number[];
}

/** What the host pushes: element `index` in cycle `notBefore(index)` at the earliest. */
export interface HostSource {
  readonly count: number;
  readonly notBefore: (index: number) => number;
  readonly bits: (index: number) => ElementBits | undefined;
}

/** The host pushes an element in the first cycle in which it is due, the one before has gone and a credit is there. */
export function hostPush(link: Link, source: HostSource): HostReplay {
  const times: number[] = [];
  let next = 0;
  const host: HostReplay = {
    queued: false,
    name: link.name,
    times,
    advance: () => {
      while (times.length < source.count && link.hasCredit) {
        const cycle = Math.max(next, source.notBefore(times.length), link.creditTime());
        link.push(cycle, 0, source.bits(times.length));
        times.push(cycle);
        next = cycle + 1;
      }
    },
  };
  link.writer = host;
  return host;
}

/** The host takes an element in the first cycle in which it is shown and `ready` says so. */
export function hostPop(link: Link, ready: ((cycle: number) => boolean) | undefined): HostReplay {
  const times: number[] = [];
  let next = 0;
  const host: HostReplay = {
    queued: false,
    name: link.name,
    times,
    advance: () => {
      while (link.hasElement) {
        let cycle = Math.max(next, link.visibleTime());
        while (ready?.(cycle) === false) cycle += 1;
        link.pop(cycle, 0);
        times.push(cycle);
        next = cycle + 1;
      }
    },
  };
  link.reader = host;
  return host;
}
