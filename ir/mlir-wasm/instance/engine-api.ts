import type { MlirCApi } from "../capi/functions.ts";
import type { Callback, MlirContext, MlirOperation, Pointer } from "../capi/handles.ts";

/** A session of `native/bind.cpp`: a context, its modules, and what was said about them. 0 is none. */
export type SessionHandle = number & { readonly handle: "Session" };

/** A string that the C API fills piecewise. */
type SinkHandle = number & { readonly handle: "Sink" };

/** The functions of `native/bind.cpp`, where each is explained. */
interface BindingFunctions {
  hidalgoSessionCreate(allowUnregistered: boolean): SessionHandle;
  hidalgoSessionDestroy(session: SessionHandle): void;
  hidalgoSessionContext(session: SessionHandle): MlirContext;
  hidalgoParse(
    session: SessionHandle,
    text: Pointer,
    length: number,
    name: Pointer,
    nameLength: number,
    verify: boolean,
  ): MlirOperation;
  hidalgoAdopt(session: SessionHandle, module: MlirOperation): void;
  hidalgoModuleDestroy(session: SessionHandle, module: MlirOperation): void;
  hidalgoDropReferences(operation: MlirOperation): void;
  hidalgoVerify(operation: MlirOperation): number;
  hidalgoRun(
    session: SessionHandle,
    operation: MlirOperation,
    pipeline: Pointer,
    length: number,
    verifyEach: boolean,
  ): number;
  hidalgoPrint(session: SessionHandle, operation: MlirOperation, flags: number): Pointer;
  hidalgoTextLength(session: SessionHandle): number;
  hidalgoTextClear(session: SessionHandle): void;
  hidalgoPrintPasses(): void;
  hidalgoSinkCreate(): SinkHandle;
  hidalgoSinkData(sink: SinkHandle): Pointer;
  hidalgoSinkLength(sink: SinkHandle): number;
  hidalgoSinkDestroy(sink: SinkHandle): void;
  hidalgoSinkCallback(): Callback;
}

/** What emscripten's C library adds. */
interface LibraryFunctions {
  malloc(bytes: number): Pointer;
  free(address: Pointer): void;
  _initialize(): void;
}

/** Everything that the module exports and that is called from here. */
export interface MlirApi extends MlirCApi, BindingFunctions, LibraryFunctions {}
