import { builtSpan } from "../../ir/index.ts";
import { unknownOutput } from "../diagnostics.ts";
import type { EngineMessage } from "../hosted/child-engine.ts";
import { type Protocol, toLittleEndian } from "../hosted/hosted-simulator.ts";
import { type RunResult, SimulationError, type StreamEvent, type WatchedRun } from "../simulator.ts";

/** Splits the output of the testbench into lines: `=` answers, `+` elements before an answer, `~` progress, anything else is text. */
function lineDecoder(): Protocol["decode"] {
  let rest = "";
  let elements = "";
  return (chunk) => {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    return lines.flatMap((line): readonly EngineMessage[] => {
      if (line.startsWith("+")) {
        elements += `${line}\n`;
        return [];
      }
      if (line.startsWith("=")) {
        const data = Buffer.from(`${line.slice(1)}${elements === "" ? "" : `\n${elements}`}`, "latin1");
        elements = "";
        return [{ kind: "answer", data }];
      }
      return line.startsWith("~")
        ? [{ kind: "progress", cycle: Number(line.slice(1)) }]
        : [{ kind: "text", text: `${line}\n` }];
    });
  };
}

/** The line of a run, then a line for each element: cycle, stream and bits, which may be unknown. */
function readWatching(answer: Buffer): WatchedRun {
  const [first = "", ...lines] = answer.toString("latin1").trim().split("\n");
  const events = lines.map((line): StreamEvent => {
    const [cycle, stream, bits = ""] = line.slice(1).trim().split(" ");
    if (/[xz]/iu.test(bits))
      throw new SimulationError(
        unknownOutput(builtSpan("icarus"), {
          output: `of stream ${String(stream)}`,
          bits,
          cycle: Number(cycle),
        }),
      );
    return { cycle: Number(cycle), stream: Number(stream), data: bits === "" ? 0n : BigInt(`0x${bits}`) };
  });
  return { ...readRun(first), events };
}

function readRun(text: string): RunResult {
  const [cycles, stopped] = text.trim().split(" ");
  return { cycles: Number(cycles), stopped: stopped === "1" };
}

/** No output has this number. */
const NO_OUTPUT = 0x7fffffff;

/** Commands as lines of text, which `$fscanf` reads. */
export function textProtocol(): Protocol {
  return {
    decode: lineDecoder(),
    poke: (port, _width, value) => Buffer.from(`p ${String(port)} ${value.toString(16)}\n`),
    peek: (port) => Buffer.from(`k ${String(port)}\n`),
    readPeek: (answer) => {
      const bits = answer.toString("latin1").trim();
      return /^[01]+$/u.test(bits)
        ? { kind: "known", value: BigInt(`0b${bits}`) }
        : { kind: "unknown", bits };
    },
    run: (design, cycles, until) =>
      Buffer.from(
        `r ${String(design)} ${String(cycles)} ${String(until ?? 0)} ${until === undefined ? "0" : "1"}\n`,
      ),
    readRun: (answer) => readRun(answer.toString("latin1")),
    runWatching: ({ design, cycles, until }, streams) => {
      const ports = streams.map(({ valid, data }) => ` ${String(valid)} ${String(data ?? NO_OUTPUT)}`);
      return Buffer.from(
        `t ${String(streams.length)}${ports.join("")}\nr ${String(design)} ${String(cycles)} ${String(until ?? 0)} ${until === undefined ? "0" : "1"}\n`,
      );
    },
    readWatching,
    writeWords: (memory, first, words) =>
      Buffer.from(
        words
          .map((word, index) => `w ${String(memory)} ${String(first + index)} ${word.toString(16)}\n`)
          .join(""),
      ),
    readWords: (memory, first, count) =>
      Buffer.from(`m ${String(memory)} ${String(first)} ${String(count)}\n`),
    readBytes: (answer, bytesPerWord) =>
      Buffer.concat(
        answer
          .toString("latin1")
          .trim()
          .split(" ")
          .filter((word) => word !== "")
          .map((word) => toLittleEndian(BigInt(`0x${word.replace(/[xz]/giu, "0")}`), bytesPerWord)),
      ),
    quit: () => Buffer.from("q\n"),
  };
}
