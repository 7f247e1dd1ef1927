import type { HostedDesign } from "../hosted/hosted-design.ts";
import { COMMANDS, NO_PORT, REPLIES } from "./binary-protocol.ts";
import { outerName, WRAPPER } from "./wrapper.ts";

/** What a waveform is written with. */
export type TraceFormat = "fst" | "vcd";

/** Bytes between two words of a memory in the model. */
function stride(width: number): number {
  if (width > 64) return 4 * Math.ceil(width / 32);
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
}

function tables(designs: readonly HostedDesign[]): readonly string[] {
  const ports = (kind: "inputs" | "outputs"): readonly string[] =>
    designs.flatMap((design, index) =>
      design[kind].map(
        ({ verilog, width }) => `    {&top->${outerName(index, verilog)}, ${String(Math.ceil(width / 8))}},`,
      ),
    );
  const clocks = designs.map((design, index) =>
    design.clock === undefined ? "    nullptr," : `    &top->${outerName(index, design.clock)},`,
  );
  const memories = designs.flatMap((design, index) =>
    design.memories.map(({ verilog, width, depth }) => {
      const scope = [WRAPPER, `d${String(index)}`, ...verilog.slice(0, -1)].join(".");
      return `    {"${scope}", "${verilog[verilog.length - 1] ?? ""}", ${String(stride(width))}, ${String(Math.ceil(width / 8))}, ${String(depth)}},`;
    }),
  );
  return [
    "  const Port inputs[] = {",
    ...ports("inputs"),
    "    {nullptr, 0}};",
    "  const Port outputs[] = {",
    ...ports("outputs"),
    "    {nullptr, 0}};",
    "  CData* const clocks[] = {",
    ...clocks,
    "    nullptr};",
    "  const Memory memories[] = {",
    ...memories,
    "    {nullptr, nullptr, 0, 0, 0}};",
  ];
}

const IO = `
struct Port { void* data; size_t bytes; };
struct Memory { const char* scope; const char* name; size_t stride; size_t bytes; size_t depth; };

static bool readAll(void* target, size_t count) {
  char* to = static_cast<char*>(target);
  while (count > 0) {
    const ssize_t got = read(0, to, count);
    if (got <= 0) return false;
    to += got;
    count -= static_cast<size_t>(got);
  }
  return true;
}
static void writeAll(const void* source, size_t count) {
  const char* from = static_cast<const char*>(source);
  while (count > 0) {
    const ssize_t put = write(1, from, count);
    if (put <= 0) _exit(3);
    from += put;
    count -= static_cast<size_t>(put);
  }
}
static void reply(uint8_t kind, const void* data, size_t count) {
  std::vector<char> out(5 + count);
  const uint32_t length = static_cast<uint32_t>(count + 1);
  memcpy(out.data(), &length, 4);
  out[4] = static_cast<char>(kind);
  if (count > 0) memcpy(out.data() + 5, data, count);
  writeAll(out.data(), out.size());
}
static uint32_t word32(const char* at) { uint32_t value; memcpy(&value, at, 4); return value; }
static uint64_t word64(const char* at) { uint64_t value; memcpy(&value, at, 8); return value; }
static void append(std::vector<char>& to, const void* data, size_t count) {
  const char* const from = static_cast<const char*>(data);
  to.insert(to.end(), from, from + count);
}
static char* place(const Memory& memory) {
  const VerilatedScope* const scope = Verilated::scopeFind(memory.scope);
  VerilatedVar* const found = scope ? scope->varFind(memory.name) : nullptr;
  if (!found) {
    fprintf(stderr, "no memory %s in %s\\n", memory.name, memory.scope);
    _exit(4);
  }
  return static_cast<char*>(found->datap());
}
static void moveWords(const Memory& memory, uint32_t first, uint32_t count, char* host, bool toHost) {
  if (static_cast<size_t>(first) + count > memory.depth) _exit(5);
  char* words = place(memory) + static_cast<size_t>(first) * memory.stride;
  if (memory.stride == memory.bytes) {
    if (toHost) memcpy(host, words, memory.bytes * count);
    else memcpy(words, host, memory.bytes * count);
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (toHost) memcpy(host + i * memory.bytes, words + i * memory.stride, memory.bytes);
    else memcpy(words + i * memory.stride, host + i * memory.bytes, memory.bytes);
  }
}
`;

function runCase(trace: TraceFormat | undefined): string {
  const dump = trace === undefined ? "" : " if (wave && inWindow(time)) wave->dump(time); time++;";
  return `
      case ${String(COMMANDS.run)}:
      case ${String(COMMANDS.watch)}: {
        CData* const clock = clocks[word32(p)];
        const uint64_t wanted = word64(p + 4);
        const uint32_t until = word32(p + 12);
        const uint32_t streams = payload[0] == ${String(COMMANDS.watch)} ? word32(p + 16) : 0;
        const CData* const watched = until == ${String(NO_PORT)}u ? nullptr : static_cast<const CData*>(outputs[until].data);
        uint64_t done = 0;
        uint8_t stopped = 0;
        std::vector<char> answer(9);
        while (done < wanted && !Verilated::gotFinish()) {
          top->eval();${dump}
          if (watched && *watched) { stopped = 1; break; }
          for (uint32_t i = 0; i < streams; ++i) {
            const uint32_t valid = word32(p + 20 + 8 * i);
            if (*static_cast<const CData*>(outputs[valid].data) == 0) continue;
            const uint32_t event[2] = {static_cast<uint32_t>(done), i};
            const uint32_t data = word32(p + 24 + 8 * i);
            append(answer, event, 8);
            if (data != ${String(NO_PORT)}u) append(answer, outputs[data].data, outputs[data].bytes);
          }
          if (clock) *clock = 1;
          top->eval();${dump}
          if (clock) *clock = 0;
          if ((++done & 0x3fff) == 0) {
            timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            if (now.tv_sec != last) {
              last = now.tv_sec;
              reply(${String(REPLIES.progress)}, &done, 8);
            }
          }
        }
        if (Verilated::gotFinish()) {
          fprintf(stderr, "$finish was called\\n");
          _exit(2);
        }
        memcpy(answer.data(), &done, 8);
        answer[8] = static_cast<char>(stopped);
        reply(0, answer.data(), answer.size());
        break;
      }`;
}

/** One case per command; what follows it is at `p`. */
function commandCases(trace: TraceFormat | undefined): readonly string[] {
  return [
    `      case ${String(COMMANDS.poke)}: { const Port& port = inputs[word32(p)]; memcpy(port.data, p + 4, port.bytes); break; }`,
    `      case ${String(COMMANDS.peek)}: { top->eval(); const Port& port = outputs[word32(p)]; reply(0, port.data, port.bytes); break; }`,
    runCase(trace).slice(1),
    `      case ${String(COMMANDS.write)}: moveWords(memories[word32(p)], word32(p + 4), word32(p + 8), payload.data() + 13, false); top->eval(); break;`,
    `      case ${String(COMMANDS.read)}: {`,
    "        const Memory& memory = memories[word32(p)];",
    "        const uint32_t count = word32(p + 8);",
    "        std::vector<char> bytes(memory.bytes * count + 1);",
    "        moveWords(memory, word32(p + 4), count, bytes.data(), true);",
    "        reply(0, bytes.data(), memory.bytes * count);",
    "        break;",
    "      }",
  ];
}

/** The C++ program around the Verilated model: reads commands, drives clocks, answers. Arguments: seed (0 for zeros); trace file, first and last cycle in it, then scopes and their depths. */
export function writeHarness(designs: readonly HostedDesign[], trace: TraceFormat | undefined): string {
  const traceClass = trace === "fst" ? "VerilatedFstC" : "VerilatedVcdC";
  return [
    '#include "Vdut.h"',
    '#include "verilated.h"',
    '#include "verilated_syms.h"',
    '#include "verilated_sym_props.h"',
    ...(trace === undefined ? [] : [`#include "verilated_${trace}_c.h"`]),
    "#include <cstdio>",
    "#include <cstdlib>",
    "#include <cstring>",
    "#include <ctime>",
    "#include <memory>",
    "#include <vector>",
    "#include <unistd.h>",
    IO,
    "int main(int argc, char** argv) {",
    "  const std::unique_ptr<VerilatedContext> context{new VerilatedContext};",
    "  const int seed = argc > 1 ? atoi(argv[1]) : 0;",
    "  context->randReset(seed == 0 ? 0 : 2);",
    "  context->randSeed(seed);",
    ...(trace === undefined ? [] : ["  context->traceEverOn(true);"]),
    '  const std::unique_ptr<Vdut> top{new Vdut{context.get(), ""}};',
    ...tables(designs),
    ...(trace === undefined
      ? []
      : [
          "  uint64_t time = 0;",
          `  std::unique_ptr<${traceClass}> wave{new ${traceClass}};`,
          "  top->trace(wave.get(), 99);",
          "  const uint64_t from = argc > 3 ? 2 * strtoull(argv[3], nullptr, 10) : 0;",
          "  const uint64_t to = argc > 4 ? 2 * strtoull(argv[4], nullptr, 10) + 1 : UINT64_MAX;",
          "  const auto inWindow = [=](uint64_t now) { return now >= from && now <= to; };",
          "  for (int i = 5; i + 1 < argc; i += 2) wave->dumpvars(atoi(argv[i + 1]), argv[i]);",
          '  wave->open(argc > 2 ? argv[2] : "trace");',
        ]),
    "  for (const Port* port = inputs; port->data; ++port) memset(port->data, 0, port->bytes);",
    "  for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); ++i) if (clocks[i]) *clocks[i] = 0;",
    "  time_t last = 0;",
    "  std::vector<char> payload;",
    "  uint32_t length;",
    "  while (readAll(&length, 4)) {",
    "    payload.resize(length);",
    "    if (length == 0 || !readAll(payload.data(), length)) break;",
    "    const char* const p = payload.data() + 1;",
    "    switch (payload[0]) {",
    ...commandCases(trace),
    "      default: length = 0;",
    "    }",
    "    if (length == 0) break;",
    "  }",
    ...(trace === undefined ? [] : ["  wave->close();"]),
    "  top->final();",
    "  return 0;",
    "}",
    "",
  ].join("\n");
}
