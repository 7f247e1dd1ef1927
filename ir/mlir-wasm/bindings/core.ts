import { CompilerBug } from "../../support/bug.ts";
import type { Callback, MlirContext, MlirOperation, Pointer, StructPointer } from "../capi/handles.ts";
import type { MlirApi, SessionHandle } from "../instance/engine-api.ts";
import type { Instance } from "../instance/instance.ts";

const WORD = 4;
const STRING_REF = 2 * WORD;

/** What all objects of one context share: the module's functions, the context, and whether it still exists. */
export class Core {
  readonly instance: Instance;
  readonly session: SessionHandle;
  readonly handle: MlirContext;
  /** Operations that were created and not yet put into a block: they go with the session. */
  readonly detached = new Set<MlirOperation>();
  #alive = true;

  constructor(instance: Instance, session: SessionHandle) {
    this.instance = instance;
    this.session = session;
    this.handle = instance.api.hidalgoSessionContext(session);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The module's functions; an object that outlived its session is a bug of the caller. */
  get api(): MlirApi {
    if (!this.#alive) throw new CompilerBug("an MLIR object is used after its session was disposed");
    return this.instance.api;
  }

  /** Frees the context and what belongs to it. */
  close(): void {
    if (!this.#alive) return;
    const { api, lost } = this.instance;
    if (!lost) {
      for (const operation of this.detached) api.hidalgoDropReferences(operation); // they may use each other
      for (const operation of this.detached) api.mlirOperationDestroy(operation);
      api.hidalgoSessionDestroy(this.session);
    }
    this.detached.clear();
    this.#alive = false;
  }

  /** The text that a function of the binding has just put aside, at `address`. */
  sessionText(address: Pointer): string {
    const text = this.instance.readText(address, this.api.hidalgoTextLength(this.session));
    this.api.hidalgoTextClear(this.session);
    return text;
  }

  /** The text as an MlirStringRef, for the duration of `body`. */
  withString<T>(text: string, body: (ref: StructPointer<"MlirStringRef">) => T): T {
    return this.instance.withText(text, (address, length) =>
      this.instance.withMemory(STRING_REF, (ref) => {
        this.instance.writeWord(ref, address);
        this.instance.writeWord(ref + WORD, length);
        return body(ref as StructPointer<"MlirStringRef">); // filled just above
      }),
    );
  }

  /** The text of the MlirStringRef that `fill` writes to the address it is given. */
  readString(fill: (ref: StructPointer<"MlirStringRef">) => void): string {
    return this.instance.withMemory(STRING_REF, (ref) => {
      fill(ref as StructPointer<"MlirStringRef">); // eight bytes, as the structure is large
      return this.instance.readText(this.instance.readWord(ref), this.instance.readWord(ref + WORD));
    });
  }

  /** Handles, one after the other, for the duration of `body`. */
  withHandles<T>(handles: readonly number[], body: (address: Pointer, count: number) => T): T {
    return this.instance.withMemory(WORD * handles.length, (address) => {
      handles.forEach((handle, index) => {
        this.instance.writeWord(address + WORD * index, handle);
      });
      return body(address, handles.length);
    });
  }

  /** 64-bit integers, one after the other, for the duration of `body`. */
  withIntegers<T>(values: readonly bigint[], body: (address: Pointer, count: number) => T): T {
    return this.instance.withMemory(2 * WORD * values.length, (address) => {
      values.forEach((value, index) => {
        const at = address + 2 * WORD * index;
        this.instance.writeWord(at, Number(BigInt.asUintN(32, value)));
        this.instance.writeWord(at + WORD, Number(BigInt.asUintN(32, value >> 32n)));
      });
      return body(address, values.length);
    });
  }

  /** The text that `print` hands piecewise to an MlirStringCallback with its user data. */
  collect(print: (callback: Callback, sink: Pointer) => void): string {
    return new TextDecoder().decode(this.collectBytes(print));
  }

  /** The bytes that `print` hands piecewise to an MlirStringCallback with its user data. */
  collectBytes(print: (callback: Callback, sink: Pointer) => void): Uint8Array {
    const { api } = this;
    const sink = api.hidalgoSinkCreate();
    try {
      print(api.hidalgoSinkCallback(), sink as unknown as Pointer); // user data is any address
      return this.instance.readBytes(api.hidalgoSinkData(sink), api.hidalgoSinkLength(sink));
    } finally {
      if (!this.instance.lost) api.hidalgoSinkDestroy(sink);
    }
  }
}
