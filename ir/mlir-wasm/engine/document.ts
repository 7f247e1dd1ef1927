import { builtSpan, type Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import type { Core } from "../bindings/core.ts";
import { Operation } from "../bindings/operation.ts";
import type { MlirOperation } from "../capi/handles.ts";
import { badPipeline, failedSilently } from "./diagnostics.ts";
import { anchored, pipelineDiagnostic } from "./pipeline.ts";
import type { Session } from "./session.ts";

/** How a document is written. */
export interface PrintOptions {
  /** `"op"(…) : …` for every operation, or the forms that the dialects define (the default). */
  readonly form?: "generic" | "pretty";
  /** Write `loc(…)`. */
  readonly locations?: boolean;
  /** Write each operation without names that are defined elsewhere in the text. */
  readonly localScope?: boolean;
}

/** What running a pipeline brought beside the changed document. */
export interface RunReport {
  readonly warnings: readonly Diagnostic[];
  /** What passes such as `print-op-stats` wrote. */
  readonly output: string;
}

const GENERIC = 1;
const LOCATIONS = 2;
const LOCAL_SCOPE = 8;
const VERIFIED = 16;

/** A module that was read into a session. */
export class Document {
  /** The module as an operation of the typed bindings. */
  readonly operation: Operation;
  readonly file: string;
  /** What MLIR said about the text beside errors. */
  readonly warnings: readonly Diagnostic[];
  readonly #session: Session;
  readonly #core: Core;
  #disposed = false;

  constructor(
    session: Session,
    core: Core,
    read: {
      readonly operation: MlirOperation;
      readonly file: string;
      readonly warnings: readonly Diagnostic[];
    },
  ) {
    this.#session = session;
    this.#core = core;
    this.operation = new Operation(core, read.operation);
    this.file = read.file;
    this.warnings = read.warnings;
  }

  /** What upstream's verifier finds wrong; nothing where the module is valid. */
  verify(): readonly Diagnostic[] {
    const checked = this.#session.guard(this.file, () => {
      const valid = this.#core.api.hidalgoVerify(this.operation.handle);
      const diagnostics = this.#session.takeDiagnostics(this.file);
      return valid === 1 ? ok(undefined) : this.#failed(diagnostics, "verifying");
    });
    return checked.kind === "ok" ? [] : checked.diagnostics;
  }

  /**
   * Runs passes over the module: `canonicalize,cse`, or with an anchor `builtin.module(func.func(affine-loop-tile),cse)`.
   * After a failure the module is whatever the failed pass left.
   */
  run(pipeline: string, options: { readonly verifyEach?: boolean } = {}): Result<RunReport> {
    return this.#session.guard(this.file, () => {
      const { api, instance, session } = this.#core;
      instance.transcript.take();
      const anchoredPipeline = anchored(pipeline);
      if (anchoredPipeline.includes("\0")) {
        return fail(badPipeline(builtSpan("pipeline"), { message: "a pipeline holds no NUL" }));
      }
      const done = instance.withText(anchoredPipeline, (address, length) =>
        api.hidalgoRun(session, this.operation.handle, address, length, options.verifyEach ?? true),
      );
      const diagnostics = this.#session.takeDiagnostics(this.file);
      const output = instance.transcript.take();
      if (done === BAD_PIPELINE)
        return fail(...diagnostics.map(({ message }) => pipelineDiagnostic(message)));
      return done === RAN ? ok({ warnings: diagnostics, output }) : this.#failed(diagnostics, "the pipeline");
    });
  }

  /** The text of the module; ends with a line break. */
  print(options: PrintOptions = {}): Result<string> {
    return this.#session.guard(this.file, () => {
      let flags = 0;
      if (options.form === "generic") flags |= GENERIC | VERIFIED;
      if (options.locations === true) flags |= LOCATIONS;
      if (options.localScope === true) flags |= LOCAL_SCOPE;
      const { api, session } = this.#core;
      return ok(this.#core.sessionText(api.hidalgoPrint(session, this.operation.handle, flags)));
    });
  }

  /** The module as MLIR bytecode, which `Session.parse` reads. */
  encode(): Result<Uint8Array> {
    return this.#session.guard(this.file, () =>
      ok(
        this.#core.collectBytes((callback, sink) => {
          this.#core.api.mlirOperationWriteBytecode(this.operation.handle, callback, sink);
        }),
      ),
    );
  }

  /** Frees the module before its session ends. */
  dispose(): void {
    if (this.#disposed || !this.#core.alive) return;
    this.#disposed = true;
    this.#core.api.hidalgoModuleDestroy(this.#core.session, this.operation.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #failed(diagnostics: readonly Diagnostic[], what: string): Result<never> {
    if (diagnostics.some(({ severity }) => severity === "error")) return fail(...diagnostics);
    return fail(...diagnostics, failedSilently(builtSpan(this.file), { what }));
  }
}

const RAN = 1;
const BAD_PIPELINE = 2;
