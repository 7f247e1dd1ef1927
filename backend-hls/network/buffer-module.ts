import { HwBuilder, type Operation, type PortSpec, present, type Value } from "../../ir/index.ts";
import { addressBits } from "../pipeline/ports.ts";

/** One bank of a shared array with its users. */
export interface BankUsers {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly readers: number;
  readonly writers: number;
  readonly storage: "reg" | "lut" | "block";
  /** Of block RAM at this clock. */
  readonly readLatency: 1 | 2;
}

/**
 * One bank of a shared array: each reader has a copy of its own, all written together; writers take turns, which the
 * tokens between the kernels ensure. Ports: per reader r{i}_addr, r{i}_data; per writer w{i}_en, w{i}_addr, w{i}_data; no addresses where there is one word.
 */
export function bankModule(bank: BankUsers): Operation {
  const bits = addressBits(bank.depth);
  const addressPort = (name: string): readonly PortSpec[] => (bits === 0 ? [] : [{ name, width: bits }]);
  const b = new HwBuilder(bank.name, [
    { name: "clk", width: "clock" },
    ...(bits === 0 ? [{ name: "rst", width: 1 }] : []),
    ...range(bank.readers).flatMap((index) => addressPort(`r${String(index)}_addr`)),
    ...range(bank.writers).flatMap((index) => [
      { name: `w${String(index)}_en`, width: 1 },
      ...addressPort(`w${String(index)}_addr`),
      { name: `w${String(index)}_data`, width: bank.width },
    ]),
  ]);
  const writer = chosenWriter(b, bank, bits);
  const shared =
    bank.depth === 1
      ? b.register(writer.data, { name: "cell", enable: writer.enable, reset: 0n })
      : undefined;
  for (const index of range(bank.readers)) {
    b.output(`r${String(index)}_data`, shared ?? copy(b, bank, writer, index));
  }
  return b.finish();
}

interface Writer {
  readonly enable: Value;
  readonly address: Value | undefined;
  readonly data: Value;
}

function chosenWriter(b: HwBuilder, bank: BankUsers, bits: number): Writer {
  const inputs = range(bank.writers).map((index) => ({
    enable: b.input(`w${String(index)}_en`),
    address: bits === 0 ? undefined : b.input(`w${String(index)}_addr`),
    data: b.input(`w${String(index)}_data`),
  }));
  const [first, ...rest] = inputs;
  if (first === undefined)
    return {
      enable: b.constant(0, 1),
      address: bits === 0 ? undefined : b.constant(0, bits),
      data: b.constant(0, bank.width),
    };
  return rest.reduce<Writer>(
    (other, writer) => ({
      enable: b.or(other.enable, writer.enable),
      address:
        writer.address === undefined || other.address === undefined
          ? undefined
          : b.mux(writer.enable, writer.address, other.address),
      data: b.mux(writer.enable, writer.data, other.data),
    }),
    first,
  );
}

function copy(b: HwBuilder, bank: BankUsers, writer: Writer, reader: number): Value {
  const block = bank.storage === "block";
  const memory = b.memory({
    name: `copy${String(reader)}`,
    depth: bank.depth,
    width: bank.width,
    readLatency: block ? bank.readLatency : 0,
    init: [0n],
    style: block ? "block" : "distributed",
  });
  b.writePort(memory, present(writer.address, "an address"), { enable: writer.enable, data: writer.data });
  return b.readPort(memory, b.input(`r${String(reader)}_addr`));
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
