import { builtSpan, type Span } from "../../support/diagnostics.ts";
import type { MlirLocation } from "../capi/handles.ts";
import type { Core } from "./core.ts";

/** Where an operation comes from, as MLIR keeps it. */
export class Location {
  readonly handle: MlirLocation;
  readonly #core: Core;

  constructor(core: Core, handle: MlirLocation) {
    this.#core = core;
    this.handle = handle;
  }

  /** The file, line and column; the printed location as the origin where it is of another kind. */
  get span(): Span {
    const { api } = this.#core;
    if (api.mlirLocationIsAFileLineColRange(this.handle) === 0) return builtSpan(this.toString());
    const identifier = api.mlirLocationFileLineColRangeGetFilename(this.handle);
    const file = this.#core.readString((ref) => {
      api.mlirIdentifierStr(ref, identifier);
    });
    const line = api.mlirLocationFileLineColRangeGetStartLine(this.handle);
    return { file, line, column: api.mlirLocationFileLineColRangeGetStartColumn(this.handle) };
  }

  toString(): string {
    return this.#core.collect((callback, sink) => {
      this.#core.api.mlirLocationPrint(this.handle, callback, sink);
    });
  }
}
