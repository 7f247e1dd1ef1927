import type { EngineMessage } from "../hosted/child-engine.ts";
import { type Protocol, toLittleEndian } from "../hosted/hosted-simulator.ts";

/** Splits the output of the testbench into lines: `=` answers, `~` progress, anything else is text. */
function lineDecoder(): Protocol["decode"] {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    return lines.map((line): EngineMessage => {
      if (line.startsWith("=")) return { kind: "answer", data: Buffer.from(line.slice(1), "latin1") };
      return line.startsWith("~")
        ? { kind: "progress", cycle: Number(line.slice(1)) }
        : { kind: "text", text: `${line}\n` };
    });
  };
}

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
    readRun: (answer) => {
      const [cycles, stopped] = answer.toString("latin1").trim().split(" ");
      return { cycles: Number(cycles), stopped: stopped === "1" };
    },
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
