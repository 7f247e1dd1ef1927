import { HwBuilder, type Operation, type PortSpec, type Value } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";
import { stickyFlag } from "./bits.ts";
import { type RegisterAccess, type RegisterSpec, type RegisterWord, registerWords } from "./register-map.ts";

const PREFIX = "s_axi_control_";
const OKAY = 0;
const SLAVE_ERROR = 2;

/** Bits of an address that reaches every register. */
export function controlAddressBits(registers: readonly RegisterSpec[]): number {
  const last = Math.max(0xc, ...registerWords(registers).map((word) => word.offset));
  return Math.ceil(Math.log2(last + 4));
}

function inputPorts(registers: readonly RegisterSpec[], addressBits: number): readonly PortSpec[] {
  const axi = [
    { name: "awaddr", width: addressBits },
    { name: "awvalid", width: 1 },
    { name: "wdata", width: 32 },
    { name: "wstrb", width: 4 },
    { name: "wvalid", width: 1 },
    { name: "bready", width: 1 },
    { name: "araddr", width: addressBits },
    { name: "arvalid", width: 1 },
    { name: "rready", width: 1 },
  ].map(({ name, width }) => ({ name: PREFIX + name, width }));
  const readOnly = registers
    .filter((register) => register.access === "ro")
    .map(({ name, width }) => ({ name, width }));
  return [
    ...clockAndReset,
    ...axi,
    { name: "done", width: 1 },
    { name: "error_event", width: 1 },
    ...readOnly,
  ];
}

interface WriteAccess {
  readonly commit: Value;
  readonly offset: Value;
  readonly data: Value;
  readonly mask: Value;
}

/** Holds address and data until both are there, then commits and answers. */
function writeChannel(b: HwBuilder, accepts: (write: Omit<WriteAccess, "commit">) => Value): WriteAccess {
  const hasAddress = b.feedback(1, { name: "aw_held", reset: 0n });
  const hasData = b.feedback(1, { name: "w_held", reset: 0n });
  const answer = b.feedback(1, { name: "b_valid", reset: 0n });
  const takeAddress = b.and(b.input(`${PREFIX}awvalid`), b.not(hasAddress.value));
  const takeData = b.and(b.input(`${PREFIX}wvalid`), b.not(hasData.value));
  const commit = b.and(hasAddress.value, hasData.value, b.not(answer.value));
  hasAddress.drive(b.or(takeAddress, b.and(hasAddress.value, b.not(commit))));
  hasData.drive(b.or(takeData, b.and(hasData.value, b.not(commit))));
  answer.drive(b.or(commit, b.and(answer.value, b.not(b.input(`${PREFIX}bready`)))));
  const offset = b.register(b.input(`${PREFIX}awaddr`), { name: "aw_offset", enable: takeAddress });
  const strobes = b.register(b.input(`${PREFIX}wstrb`), { name: "w_strobes", enable: takeData });
  const bytes = [3, 2, 1, 0].map((index) => b.replicate(b.extract(strobes, index, 1), 8));
  const data = b.register(b.input(`${PREFIX}wdata`), { name: "w_data", enable: takeData });
  const access = { offset, data, mask: b.concat(...bytes) };
  b.output(`${PREFIX}awready`, b.not(hasAddress.value));
  b.output(`${PREFIX}wready`, b.not(hasData.value));
  b.output(`${PREFIX}bvalid`, answer.value);
  b.output(
    `${PREFIX}bresp`,
    b.register(b.mux(accepts(access), b.constant(OKAY, 2), b.constant(SLAVE_ERROR, 2)), {
      name: "b_resp",
      enable: commit,
    }),
  );
  return { commit, ...access };
}

function at(b: HwBuilder, offset: Value, byteOffset: number): Value {
  const width = offset.type.kind === "int" ? offset.type.width : 1;
  return b.icmp("eq", b.extract(offset, 2, width - 2), b.constant(byteOffset / 4, width - 2));
}

function anyOf(b: HwBuilder, offset: Value, byteOffsets: readonly number[]): Value {
  return b.or(b.constant(0, 1), ...byteOffsets.map((byteOffset) => at(b, offset, byteOffset)));
}

interface WordSpec extends Pick<RegisterWord, "name" | "bits" | "offset"> {
  readonly initial?: bigint;
}

/** A word the host may write; bits outside `mask` keep their value. */
function writableWord(b: HwBuilder, word: WordSpec, write: WriteAccess): Value {
  const { name, bits, offset, initial = 0n } = word;
  const register = b.feedback(bits, { name, reset: initial });
  const mask = b.extract(write.mask, 0, bits);
  const next = b.or(b.and(b.extract(write.data, 0, bits), mask), b.and(register.value, b.not(mask)));
  register.drive(next, b.and(write.commit, at(b, write.offset, offset)));
  return register.value;
}

/** A word of commands: the bits that the host writes, for one cycle. */
function commandWord(b: HwBuilder, { name, bits, offset }: WordSpec, write: WriteAccess): Value {
  const given = b.and(b.extract(write.data, 0, bits), b.extract(write.mask, 0, bits));
  const wrote = b.and(write.commit, at(b, write.offset, offset));
  return b.register(b.and(given, b.replicate(wrote, bits)), { name, reset: 0n });
}

/** What stands behind a word that the host may write; a locked one takes nothing while `busy`. */
function hostWord(b: HwBuilder, word: RegisterWord, write: WriteAccess, busy: Value): Value {
  const { register, lsb, bits } = word;
  if (register.access === "wo") return commandWord(b, word, write);
  const commit = register.locked === true ? b.and(write.commit, b.not(busy)) : write.commit;
  const initial = BigInt.asUintN(bits, BigInt(register.initial ?? 0) >> BigInt(lsb));
  return writableWord(b, { ...word, initial }, { ...write, commit });
}

/** A write that asks for a start. */
function asksStart(b: HwBuilder, { offset, data, mask }: Omit<WriteAccess, "commit">): Value {
  return b.and(at(b, offset, 0), b.extract(data, 0, 1), b.extract(mask, 0, 1));
}

type BusyFlag = ReturnType<HwBuilder["feedback"]>;

/** Start, done and idle; interrupts. Gives the words at offsets 0 to 0xc. */
function controlWords(
  b: HwBuilder,
  write: WriteAccess,
  { readControl, busy }: { readonly readControl: Value; readonly busy: BusyFlag },
): readonly Value[] {
  const done = b.input("done");
  const wrote = (byteOffset: number, bit: number): Value =>
    b.and(
      write.commit,
      at(b, write.offset, byteOffset),
      b.extract(write.data, bit, 1),
      b.extract(write.mask, bit, 1),
    );
  const asked = b.and(write.commit, asksStart(b, write));
  const start = b.and(asked, b.not(busy.value));
  busy.drive(b.or(start, b.and(busy.value, b.not(done))));
  const finished = stickyFlag(b, "done_seen", done, b.or(readControl, start));
  const global = writableWord(b, { name: "interrupt_global", bits: 1, offset: 0x4 }, write);
  const enable = writableWord(b, { name: "interrupt_enable", bits: 2, offset: 0x8 }, write);
  const raise = (name: string, event: Value, bit: number): Value =>
    stickyFlag(b, name, b.and(event, b.extract(enable, bit, 1)), wrote(0xc, bit));
  const status = b.concat(
    raise("interrupt_error", b.input("error_event"), 1),
    raise("interrupt_done", done, 0),
  );
  b.output("start", b.register(start, { name: "start", reset: 0n }));
  b.output("start_refused", b.register(b.and(asked, busy.value), { name: "start_refused", reset: 0n }));
  b.output("interrupt", b.and(global, b.not(b.equals(status, 0))));
  const idle = b.not(busy.value);
  return [b.concat(finished, idle, finished, busy.value), global, enable, status];
}

/**
 * An AXI4-Lite slave `s_axi_control` of 32 bits: the control word (ap_start, ap_done cleared by reading, ap_idle), three
 * interrupt words, then `registers`. Outputs: every `rw` and `wo` register by its name, `start` and `start_refused` (pulses),
 * `interrupt`; inputs: every `ro` register by its name, `done` and `error_event` (pulses). An access to no register, a write to
 * a read-only one, and during a step a write to a locked one or another start answer SLVERR and change nothing.
 */
export function controlRegistersModule(name: string, registers: readonly RegisterSpec[]): Operation {
  const words = registerWords(registers);
  const addressBits = controlAddressBits(registers);
  const b = new HwBuilder(name, inputPorts(registers, addressBits));
  const some = (accesses: readonly RegisterAccess[]): readonly number[] => [
    ...[0x0, 0x4, 0x8, 0xc],
    ...words.filter(({ register }) => accesses.includes(register.access)).map((word) => word.offset),
  ];
  const [readable, writable] = [some(["rw", "ro", "wo"]), some(["rw", "wo"])];
  const locked = words.filter((word) => word.register.locked === true).map((word) => word.offset);
  const busy = b.feedback(1, { name: "busy", reset: 0n });
  const write = writeChannel(b, (access) => {
    const tooLate = b.or(anyOf(b, access.offset, locked), asksStart(b, access));
    return b.and(anyOf(b, access.offset, writable), b.not(b.and(busy.value, tooLate)));
  });

  const answer = b.feedback(1, { name: "r_valid", reset: 0n });
  const take = b.and(b.input(`${PREFIX}arvalid`), b.not(answer.value));
  answer.drive(b.or(take, b.and(answer.value, b.not(b.input(`${PREFIX}rready`)))));
  const offset = b.input(`${PREFIX}araddr`);
  const control = controlWords(b, write, { readControl: b.and(take, at(b, offset, 0)), busy });

  const values = new Map<RegisterWord, Value>();
  for (const word of words) {
    const { register } = word;
    const value =
      register.access === "ro"
        ? b.extract(b.input(register.name), word.lsb, word.bits)
        : hostWord(b, word, write, busy.value);
    values.set(word, value);
  }
  const sources = [
    ...control.map((value, index) => ({ value, offset: index * 4 })),
    ...[...values]
      .filter(([word]) => word.register.access !== "wo")
      .map(([word, value]) => ({ value, offset: word.offset })),
  ];
  const data = sources.reduce(
    (rest, source) => b.mux(at(b, offset, source.offset), b.resize(source.value, 32), rest),
    b.constant(0, 32),
  );
  b.output(`${PREFIX}arready`, b.not(answer.value));
  b.output(`${PREFIX}rvalid`, answer.value);
  b.output(`${PREFIX}rdata`, b.register(data, { name: "r_data", enable: take }));
  b.output(
    `${PREFIX}rresp`,
    b.register(b.mux(anyOf(b, offset, readable), b.constant(OKAY, 2), b.constant(SLAVE_ERROR, 2)), {
      name: "r_resp",
      enable: take,
    }),
  );
  for (const register of registers.filter(({ access }) => access !== "ro")) {
    const parts = words
      .filter((word) => word.register === register)
      .map((word) => values.get(word) ?? b.constant(0, word.bits));
    b.output(register.name, b.concat(...parts.reverse()));
  }
  return b.finish();
}
