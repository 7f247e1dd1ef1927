import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { Context } from "../bindings/context.ts";
import { Core } from "../bindings/core.ts";
import type { SessionHandle } from "../instance/engine-api.ts";
import { type Instance, InstanceLost } from "../instance/instance.ts";
import { explainLoss, failedSilently, readDiagnostics } from "./diagnostics.ts";
import { Document } from "./document.ts";

/** How a session reads. */
export interface SessionOptions {
  /** Accept operations of dialects that are not built in, unchecked. */
  readonly allowUnregistered?: boolean;
}

/** What to read and how. */
export interface ReadOptions {
  /** The name that diagnostics and locations give; `-` by default. */
  readonly file?: string;
  /** Check the module after reading it; on by default. */
  readonly verify?: boolean;
}

/**
 * One context of MLIR: its types, its dialects, and the documents that were read into it. Dispose it: the memory of an
 * instance is not collected. Sessions of one engine do not know of each other.
 */
export class Session {
  /** The same context through MLIR's C API. */
  readonly context: Context;
  readonly #core: Core;
  readonly #handle: SessionHandle;
  readonly #onClose: () => void;

  constructor(instance: Instance, options: SessionOptions, onClose: () => void) {
    this.#handle = instance.api.hidalgoSessionCreate(options.allowUnregistered ?? false);
    this.#core = new Core(instance, this.#handle);
    this.context = new Context(this.#core);
    this.#onClose = onClose;
  }

  /** Reads MLIR text in any form, or bytecode; operations outside a module are put into one. */
  parse(text: string | Uint8Array, options: ReadOptions = {}): Result<Document> {
    const file = options.file ?? "-";
    return this.guard(file, () => {
      const { api, instance } = this.#core;
      const operation = instance.withText(text, (address, length) =>
        instance.withText(file, (name, nameLength) =>
          api.hidalgoParse(this.#handle, address, length, name, nameLength, options.verify ?? true),
        ),
      );
      const diagnostics = this.takeDiagnostics(file);
      if (operation === 0) return fail(...orSilent(diagnostics, file, "reading"));
      return ok(new Document(this, this.#core, { operation, file, warnings: diagnostics }));
    });
  }

  /** Declares the dialects of an `irdl` module: from now on their operations are checked. */
  loadIrdl(text: string, options: ReadOptions = {}): Result<readonly Diagnostic[]> {
    const file = options.file ?? "-";
    const document = this.parse(text, options);
    if (document.kind === "error") return document;
    return this.guard(file, () => {
      const { api } = this.#core;
      const module = api.mlirModuleFromOperation(document.value.operation.handle);
      const loaded = api.mlirLoadIRDLDialects(module);
      const diagnostics = this.takeDiagnostics(file);
      document.value.dispose();
      return loaded === 0 ? fail(...orSilent(diagnostics, file, "loading dialects")) : ok(diagnostics);
    });
  }

  /** A new empty module, to be filled through `operation`. */
  createModule(file = "-"): Document {
    const { api } = this.#core;
    const location = api.mlirLocationUnknownGet(this.#core.handle);
    const operation = api.mlirModuleGetOperation(api.mlirModuleCreateEmpty(location));
    api.hidalgoAdopt(this.#handle, operation);
    return new Document(this, this.#core, { operation, file, warnings: [] });
  }

  /** What MLIR said since the last time; `input` names what has no place of its own. */
  takeDiagnostics(input: string): readonly Diagnostic[] {
    return readDiagnostics(this.#core.instance.takeDiagnostics(), input);
  }

  /** Runs `body`; where the instance is lost in it, says so as a diagnostic about `input`. */
  guard<T>(input: string, body: () => Result<T>): Result<T> {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof InstanceLost)) throw error;
      return fail(...this.takeDiagnostics(input), explainLoss(error, input));
    }
  }

  /** Frees the context and everything in it; what was taken from it must not be used any more. */
  dispose(): void {
    if (!this.#core.alive) return;
    this.#core.close();
    this.#onClose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function orSilent(diagnostics: readonly Diagnostic[], input: string, what: string): readonly Diagnostic[] {
  if (diagnostics.some(({ severity }) => severity === "error")) return diagnostics;
  return [...diagnostics, failedSilently({ file: input, line: 0, column: 0 }, { what })];
}
