import { HwBuilder, type Operation, type Value } from "../../ir/index.ts";
import { type AxiShape, beatShift, clockAndReset, shapeName } from "./axi-shape.ts";
import { bitsFor } from "./bits.ts";
import { leavesRegion } from "./region.ts";

/** Bursts end at multiples of this many beats: at most `maxBurst`, and a divisor of a 4 KiB page. */
export function burstWindow(shape: AxiShape): number {
  return Math.min(shape.maxBurst, (4096 * 8) / shape.dataBits);
}

/** Bits of a burst's number of beats. */
export function burstBits(shape: AxiShape): number {
  return bitsFor(burstWindow(shape));
}

interface Request {
  readonly address: Value;
  readonly length: Value;
}

/** A request's byte address with the place inside the beat cleared, its number of beats, and whether that place was 0. */
function splitRequest(b: HwBuilder, shape: AxiShape): Request & { readonly misaligned: Value } {
  const data = b.input("req_data");
  const low = beatShift(shape);
  const beats = b.extract(data, low, shape.addressBits - low);
  return {
    address: low === 0 ? beats : b.concat(beats, b.constant(0, low)),
    length: b.extract(data, shape.addressBits, shape.lengthBits),
    misaligned: low === 0 ? b.constant(0, 1) : b.not(b.equals(b.extract(data, 0, low), 0)),
  };
}

/** The byte behind the last one of a request, with room for every carry: it cannot wrap around. */
function endOf(b: HwBuilder, shape: AxiShape, request: Request): Value {
  const low = beatShift(shape);
  const width = Math.max(shape.addressBits, shape.lengthBits + low) + 1;
  const bytes = low === 0 ? request.length : b.concat(request.length, b.constant(0, low));
  return b.add(b.resize(request.address, width), b.resize(bytes, width));
}

interface Piece {
  readonly beats: Value;
  readonly last: Value;
  readonly nextAddress: Value;
  readonly remaining: Value;
}

/** The first burst of what is left of a request: up to the end of the window that the address lies in. */
function firstPiece(b: HwBuilder, shape: AxiShape, address: Value, remaining: Value): Piece {
  const low = beatShift(shape);
  const positionBits = Math.log2(burstWindow(shape));
  const bits = burstBits(shape);
  const position = b.extract(address, low, positionBits);
  const room = b.sub(b.constant(burstWindow(shape), bits), b.resize(position, bits));
  const compareBits = Math.max(bits, shape.lengthBits);
  const last = b.icmp("ule", b.resize(remaining, compareBits), b.resize(room, compareBits));
  const windowLow = low + positionBits;
  const upper = b.extract(address, windowLow, shape.addressBits - windowLow);
  return {
    beats: b.mux(last, b.resize(remaining, bits), room),
    last,
    nextAddress: b.concat(
      b.add(upper, b.constant(1, shape.addressBits - windowLow)),
      b.constant(0, windowLow),
    ),
    remaining: b.sub(remaining, b.resize(room, shape.lengthBits)),
  };
}

/**
 * Cuts requests into bursts: inputs clk, rst, req_valid, req_data (length above byte address), region_base,
 * region_limit, burst_ready; outputs req_pop, busy, burst_valid, burst_address, burst_beats, burst_bad (the request leaves
 * the region or begins inside a beat), burst_misaligned (it is the latter), burst_last (of its request). No burst crosses a multiple of `maxBurst` beats, hence none crosses 4 KiB.
 * A request without beats gives one burst without beats. Four stages, one burst per cycle.
 */
export function burstPlannerModule(shape: AxiShape): Operation {
  const { addressBits, lengthBits } = shape;
  const b = new HwBuilder(`burst_planner_${shapeName(shape)}`, [
    ...clockAndReset,
    { name: "req_valid", width: 1 },
    { name: "req_data", width: lengthBits + addressBits },
    { name: "region_base", width: addressBits },
    { name: "region_limit", width: addressBits },
    { name: "burst_ready", width: 1 },
  ]);
  const valid = (name: string): ReturnType<HwBuilder["feedback"]> =>
    b.feedback(1, { name: `${name}_valid`, reset: 0n });
  const [accept, check, split, burst] = [valid("accept"), valid("check"), valid("split"), valid("burst")];
  const address = b.feedback(addressBits, { name: "split_address" });
  const remaining = b.feedback(lengthBits, { name: "split_remaining" });
  const piece = firstPiece(b, shape, address.value, remaining.value);
  const burstFree = b.or(b.not(burst.value), b.input("burst_ready"));
  const splitFree = b.or(b.not(split.value), b.and(burstFree, piece.last));
  const checkFree = b.or(b.not(check.value), splitFree);
  const acceptFree = b.or(b.not(accept.value), checkFree);
  const pop = b.and(b.input("req_valid"), acceptFree);
  accept.drive(b.or(pop, b.not(acceptFree)));
  check.drive(b.or(b.and(accept.value, checkFree), b.not(checkFree)));
  split.drive(b.or(b.and(check.value, splitFree), b.not(splitFree)));
  burst.drive(b.or(b.and(split.value, burstFree), b.not(burstFree)));

  const request = splitRequest(b, shape);
  const accepted: Request = {
    address: b.register(request.address, { name: "accept_address", enable: acceptFree }),
    length: b.register(request.length, { name: "accept_length", enable: acceptFree }),
  };
  const misaligned = b.register(request.misaligned, { name: "accept_misaligned", enable: acceptFree });
  const checked = {
    address: b.register(accepted.address, { name: "check_address", enable: checkFree }),
    length: b.register(accepted.length, { name: "check_length", enable: checkFree }),
    end: b.register(endOf(b, shape, accepted), { name: "check_end", enable: checkFree }),
    misaligned: b.register(misaligned, { name: "check_misaligned", enable: checkFree }),
  };
  const region = { base: b.input("region_base"), limit: b.input("region_limit") };
  const outside = leavesRegion(b, { start: checked.address, end: checked.end }, region);
  const some = b.not(b.equals(checked.length, 0));
  const refused = {
    bad: b.and(b.or(outside, checked.misaligned), some),
    misaligned: b.and(checked.misaligned, some),
  };
  const bad = b.register(refused.bad, { name: "split_bad", enable: splitFree });
  const unfit = b.register(refused.misaligned, { name: "split_misaligned", enable: splitFree });
  address.drive(b.mux(splitFree, checked.address, piece.nextAddress), b.or(splitFree, burstFree));
  remaining.drive(b.mux(splitFree, checked.length, piece.remaining), b.or(splitFree, burstFree));

  b.output("req_pop", pop);
  b.output("busy", b.or(accept.value, check.value, split.value, burst.value));
  b.output("burst_valid", burst.value);
  b.output("burst_address", b.register(address.value, { name: "burst_address", enable: burstFree }));
  b.output("burst_beats", b.register(piece.beats, { name: "burst_beats", enable: burstFree }));
  b.output("burst_bad", b.register(bad, { name: "burst_bad", enable: burstFree }));
  b.output("burst_misaligned", b.register(unfit, { name: "burst_misaligned", enable: burstFree }));
  b.output("burst_last", b.register(piece.last, { name: "burst_last", enable: burstFree }));
  return b.finish();
}
