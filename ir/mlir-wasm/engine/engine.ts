import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { Instance, InstanceLost } from "../instance/instance.ts";
import { compileModule, type WasmModule, type WasmSource } from "../instance/wasm-host.ts";
import { explainLoss } from "./diagnostics.ts";
import type { PrintOptions } from "./document.ts";
import { type ReadOptions, Session, type SessionOptions } from "./session.ts";

/** One way from text to text. */
export interface TransformOptions extends SessionOptions, ReadOptions, PrintOptions {
  /** Passes to run, as `Document.run` takes them; none by default. */
  readonly pipeline?: string;
  /** Run the verifier after every pass; on by default. */
  readonly verifyEach?: boolean;
  /** Texts of `irdl` modules that declare further dialects. */
  readonly irdl?: readonly string[];
}

/** The text that came out, and what MLIR had to say on the way. */
export interface Transformed {
  readonly text: string;
  readonly warnings: readonly Diagnostic[];
  readonly output: string;
}

/** Beyond this many bytes an idle instance is replaced: WebAssembly memory never shrinks. */
const IDLE_MEMORY_LIMIT = 256 * 2 ** 20;

/**
 * Upstream MLIR in WebAssembly. Holds a compiled module and, from the first use on, one instance of it; an instance that
 * trapped (a used-up stack, an abort of upstream's) is thrown away, and the next call gets a new one.
 */
export class Engine {
  readonly #module: WasmModule;
  #instance: Instance | undefined;
  #sessions = 0;

  private constructor(module: WasmModule) {
    this.#module = module;
  }

  /** Compiles the module from its bytes or from a server's answer. `loadMlir` finds the bytes by itself in Node. */
  static async from(source: WasmSource): Promise<Engine> {
    return new Engine(await compileModule(source));
  }

  /** Bytes of WebAssembly memory held at the moment; 0 before the first use. */
  get memoryBytes(): number {
    return this.#instance?.memoryBytes ?? 0;
  }

  /** Opens a context of its own. Dispose it. */
  open(options: SessionOptions = {}): Session {
    const instance = this.#current();
    this.#sessions += 1;
    return new Session(instance, options, () => {
      if (instance === this.#instance) this.#sessions -= 1;
    });
  }

  /** Reads, verifies, runs the pipeline and prints, in a context of its own. Same input, same answer. */
  transform(text: string | Uint8Array, options: TransformOptions = {}): Result<Transformed> {
    return this.#within(options, (session) => {
      for (const [index, declarations] of (options.irdl ?? []).entries()) {
        const loaded = session.loadIrdl(declarations, { file: `irdl-${String(index)}` });
        if (loaded.kind === "error") return loaded;
      }
      const parsed = session.parse(text, options);
      if (parsed.kind === "error") return parsed;
      const document = parsed.value;
      const report =
        options.pipeline === undefined
          ? ok({ warnings: [], output: "" })
          : document.run(options.pipeline, { verifyEach: options.verifyEach ?? true });
      if (report.kind === "error") return report;
      const printed = document.print(options);
      if (printed.kind === "error") return printed;
      const warnings = [...document.warnings, ...report.value.warnings];
      return ok({ text: printed.value, warnings, output: report.value.output });
    });
  }

  /** What upstream finds wrong in the text; nothing where it is valid. */
  verify(text: string | Uint8Array, options: SessionOptions & ReadOptions = {}): readonly Diagnostic[] {
    const checked = this.#within(options, (session) => session.parse(text, options));
    return checked.kind === "ok" ? [] : checked.diagnostics;
  }

  /** Upstream's own list of the passes that a pipeline can name, with their options. */
  passes(): string {
    const { api, transcript } = this.#current();
    transcript.take();
    api.hidalgoPrintPasses();
    return transcript.take();
  }

  #within<T>(options: SessionOptions & ReadOptions, body: (session: Session) => Result<T>): Result<T> {
    try {
      const session = this.open(options);
      try {
        return body(session);
      } finally {
        session.dispose();
      }
    } catch (error) {
      if (error instanceof InstanceLost) return fail(explainLoss(error, options.file ?? "-"));
      throw error;
    }
  }

  #current(): Instance {
    const idle = this.#sessions === 0;
    const usable = this.#instance !== undefined && !this.#instance.lost;
    if (this.#instance === undefined || !usable || (idle && this.#instance.memoryBytes > IDLE_MEMORY_LIMIT)) {
      this.#instance = new Instance(this.#module);
      this.#sessions = 0;
    }
    return this.#instance;
  }
}
