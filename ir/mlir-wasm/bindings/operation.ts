import { CompilerBug } from "../../support/bug.ts";
import type { MlirBlock, MlirOperation, MlirRegion, MlirValue } from "../capi/handles.ts";
import { Attribute, type NamedAttribute, readNamed } from "./attribute.ts";
import type { Core } from "./core.ts";
import { Location } from "./location.ts";
import { Type } from "./type.ts";

/** What a walk does after an operation: go on, leave out what is inside it, or end. */
export type WalkStep = "advance" | "skip" | "stop";

/** One operand of one operation. */
export interface Use {
  readonly operation: Operation;
  readonly operand: number;
}

/**
 * An operation: a view of MLIR's own object, which its block owns, or its session while it is in no block.
 * A view of an operation that was erased must not be used.
 */
export class Operation {
  readonly handle: MlirOperation;
  readonly #core: Core;

  constructor(core: Core, handle: MlirOperation) {
    this.#core = core;
    this.handle = handle;
  }

  equals(other: Operation): boolean {
    return this.handle === other.handle;
  }

  /** The full name, such as `arith.addi`. */
  get name(): string {
    const { api } = this.#core;
    const identifier = api.mlirOperationGetName(this.handle);
    return this.#core.readString((ref) => {
      api.mlirIdentifierStr(ref, identifier);
    });
  }

  get operands(): readonly Value[] {
    const { api } = this.#core;
    const length = api.mlirOperationGetNumOperands(this.handle);
    return Array.from(
      { length },
      (_, at) => new Value(this.#core, api.mlirOperationGetOperand(this.handle, at)),
    );
  }

  get results(): readonly Value[] {
    const { api } = this.#core;
    const length = api.mlirOperationGetNumResults(this.handle);
    return Array.from(
      { length },
      (_, at) => new Value(this.#core, api.mlirOperationGetResult(this.handle, at)),
    );
  }

  /** All attributes, inherent and discardable, in MLIR's order. */
  get attributes(): readonly NamedAttribute[] {
    const { api } = this.#core;
    const length = api.mlirOperationGetNumAttributes(this.handle);
    return Array.from({ length }, (_, at) =>
      readNamed(this.#core, (ref) => {
        api.mlirOperationGetAttribute(ref, this.handle, at);
      }),
    );
  }

  get regions(): readonly Region[] {
    const { api } = this.#core;
    const length = api.mlirOperationGetNumRegions(this.handle);
    return Array.from(
      { length },
      (_, at) => new Region(this.#core, api.mlirOperationGetRegion(this.handle, at)),
    );
  }

  /** The blocks that a terminator may continue in. */
  get successors(): readonly Block[] {
    const { api } = this.#core;
    const length = api.mlirOperationGetNumSuccessors(this.handle);
    return Array.from(
      { length },
      (_, at) => new Block(this.#core, api.mlirOperationGetSuccessor(this.handle, at)),
    );
  }

  get location(): Location {
    return new Location(this.#core, this.#core.api.mlirOperationGetLocation(this.handle));
  }

  get block(): Block | undefined {
    const handle = this.#core.api.mlirOperationGetBlock(this.handle);
    return handle === 0 ? undefined : new Block(this.#core, handle);
  }

  get parent(): Operation | undefined {
    const handle = this.#core.api.mlirOperationGetParentOperation(this.handle);
    return handle === 0 ? undefined : new Operation(this.#core, handle);
  }

  get next(): Operation | undefined {
    const handle = this.#core.api.mlirOperationGetNextInBlock(this.handle);
    return handle === 0 ? undefined : new Operation(this.#core, handle);
  }

  attribute(name: string): Attribute | undefined {
    const { api } = this.#core;
    const handle = this.#core.withString(name, (ref) =>
      api.mlirOperationGetAttributeByName(this.handle, ref),
    );
    return handle === 0 ? undefined : new Attribute(this.#core, handle);
  }

  setAttribute(name: string, value: Attribute): void {
    const { api } = this.#core;
    this.#core.withString(name, (ref) => {
      api.mlirOperationSetAttributeByName(this.handle, ref, value.handle);
    });
  }

  /** Whether there was one. */
  removeAttribute(name: string): boolean {
    const { api } = this.#core;
    return this.#core.withString(
      name,
      (ref) => api.mlirOperationRemoveAttributeByName(this.handle, ref) === 1,
    );
  }

  setOperand(index: number, value: Value): void {
    this.#core.api.mlirOperationSetOperand(this.handle, index, value.handle);
  }

  /** Whether upstream's verifier accepts it; the reasons are the session's diagnostics. */
  verify(): boolean {
    return this.#core.api.mlirOperationVerify(this.handle) === 1;
  }

  /** A copy with everything inside; it is in no block. */
  clone(): Operation {
    const handle = this.#core.api.mlirOperationClone(this.handle);
    this.#core.detached.add(handle);
    return new Operation(this.#core, handle);
  }

  /** Takes the operation out of its block; it belongs to the session until it is in a block again. */
  remove(): void {
    if (this.block === undefined) return;
    this.#core.api.mlirOperationRemoveFromParent(this.handle);
    this.#core.detached.add(this.handle);
  }

  /** Frees the operation and everything in it; nothing may use its results. */
  erase(): void {
    if (this.results.some(({ uses }) => uses.length > 0)) {
      throw new CompilerBug(`${this.name} is erased although its results are used`);
    }
    this.#core.api.mlirOperationDestroy(this.handle);
    this.#core.detached.delete(this.handle);
  }

  /** Puts the operation in front of another one, from wherever it is. */
  moveBefore(other: Operation): void {
    const { api } = this.#core;
    if (api.mlirOperationGetBlock(this.handle) === 0) {
      api.mlirBlockInsertOwnedOperationBefore(other.#place(), other.handle, this.handle);
    } else {
      other.#place();
      api.mlirOperationMoveBefore(this.handle, other.handle);
    }
    this.#core.detached.delete(this.handle);
  }

  /** Puts the operation behind another one, from wherever it is. */
  moveAfter(other: Operation): void {
    const { api } = this.#core;
    if (api.mlirOperationGetBlock(this.handle) === 0) {
      api.mlirBlockInsertOwnedOperationAfter(other.#place(), other.handle, this.handle);
    } else {
      other.#place();
      api.mlirOperationMoveAfter(this.handle, other.handle);
    }
    this.#core.detached.delete(this.handle);
  }

  /** The block that it is in, as whoever is put beside it needs it. */
  #place(): MlirBlock {
    const handle = this.#core.api.mlirOperationGetBlock(this.handle);
    if (handle === 0) throw new CompilerBug(`${this.name} is in no block: nothing can be put beside it`);
    return handle;
  }

  /**
   * Visits this operation and everything inside it, outer before inner, in the order of the text. The visitor may
   * erase or move the operation it is given if it answers `skip`.
   */
  walk(visit: (operation: Operation) => WalkStep): "done" | "stopped" {
    const step = visit(this);
    if (step === "stop") return "stopped";
    if (step === "skip") return "done";
    for (const region of this.regions) {
      for (const block of region.blocks) {
        if (walkBlock(block, visit) === "stopped") return "stopped";
      }
    }
    return "done";
  }

  /** The text of the operation alone. */
  toString(): string {
    return this.#core.collect((callback, sink) => {
      this.#core.api.mlirOperationPrint(this.handle, callback, sink);
    });
  }
}

function walkBlock(block: Block, visit: (operation: Operation) => WalkStep): "done" | "stopped" {
  let operation = block.first;
  while (operation !== undefined) {
    const { next } = operation; // the visitor may erase the operation
    if (operation.walk(visit) === "stopped") return "stopped";
    operation = next;
  }
  return "done";
}

/** The result of an operation or the argument of a block. */
export class Value {
  readonly handle: MlirValue;
  readonly #core: Core;

  constructor(core: Core, handle: MlirValue) {
    this.#core = core;
    this.handle = handle;
  }

  equals(other: Value): boolean {
    return this.handle === other.handle;
  }

  get type(): Type {
    return new Type(this.#core, this.#core.api.mlirValueGetType(this.handle));
  }

  setType(type: Type): void {
    this.#core.api.mlirValueSetType(this.handle, type.handle);
  }

  /** The operation that computes it; nothing for a block argument. */
  get definingOperation(): Operation | undefined {
    const { api } = this.#core;
    return api.mlirValueIsAOpResult(this.handle) === 1
      ? new Operation(this.#core, api.mlirOpResultGetOwner(this.handle))
      : undefined;
  }

  /** The block whose argument it is; nothing for a result. */
  get argumentOf(): Block | undefined {
    const { api } = this.#core;
    return api.mlirValueIsABlockArgument(this.handle) === 1
      ? new Block(this.#core, api.mlirBlockArgumentGetOwner(this.handle))
      : undefined;
  }

  /** Its number among the results of its operation or the arguments of its block. */
  get index(): number {
    const { api } = this.#core;
    return api.mlirValueIsAOpResult(this.handle) === 1
      ? api.mlirOpResultGetResultNumber(this.handle)
      : api.mlirBlockArgumentGetArgNumber(this.handle);
  }

  /** All uses, the newest first, as MLIR keeps them. */
  get uses(): readonly Use[] {
    const { api } = this.#core;
    const uses: Use[] = [];
    let use = api.mlirValueGetFirstUse(this.handle);
    while (api.mlirOpOperandIsNull(use) === 0) {
      const operation = new Operation(this.#core, api.mlirOpOperandGetOwner(use));
      uses.push({ operation, operand: api.mlirOpOperandGetOperandNumber(use) });
      use = api.mlirOpOperandGetNextUse(use);
    }
    return uses;
  }

  replaceAllUsesWith(other: Value): void {
    this.#core.api.mlirValueReplaceAllUsesOfWith(this.handle, other.handle);
  }

  toString(): string {
    return this.#core.collect((callback, sink) => {
      this.#core.api.mlirValuePrint(this.handle, callback, sink);
    });
  }
}

/** A list of operations with arguments; its region owns it. */
export class Block {
  readonly handle: MlirBlock;
  readonly #core: Core;

  constructor(core: Core, handle: MlirBlock) {
    this.#core = core;
    this.handle = handle;
  }

  equals(other: Block): boolean {
    return this.handle === other.handle;
  }

  get arguments(): readonly Value[] {
    const { api } = this.#core;
    const length = api.mlirBlockGetNumArguments(this.handle);
    return Array.from(
      { length },
      (_, at) => new Value(this.#core, api.mlirBlockGetArgument(this.handle, at)),
    );
  }

  get first(): Operation | undefined {
    const handle = this.#core.api.mlirBlockGetFirstOperation(this.handle);
    return handle === 0 ? undefined : new Operation(this.#core, handle);
  }

  get operations(): readonly Operation[] {
    const operations: Operation[] = [];
    for (let operation = this.first; operation !== undefined; operation = operation.next) {
      operations.push(operation);
    }
    return operations;
  }

  get terminator(): Operation | undefined {
    const handle = this.#core.api.mlirBlockGetTerminator(this.handle);
    return handle === 0 ? undefined : new Operation(this.#core, handle);
  }

  get parent(): Operation | undefined {
    const handle = this.#core.api.mlirBlockGetParentOperation(this.handle);
    return handle === 0 ? undefined : new Operation(this.#core, handle);
  }

  addArgument(type: Type, location: Location): Value {
    return new Value(
      this.#core,
      this.#core.api.mlirBlockAddArgument(this.handle, type.handle, location.handle),
    );
  }

  /** Puts an operation at the end, from wherever it is. */
  append(operation: Operation): void {
    operation.remove();
    this.#core.api.mlirBlockAppendOwnedOperation(this.handle, operation.handle);
    this.#core.detached.delete(operation.handle);
  }
}

/** A list of blocks; its operation owns it. */
export class Region {
  readonly handle: MlirRegion;
  readonly #core: Core;

  constructor(core: Core, handle: MlirRegion) {
    this.#core = core;
    this.handle = handle;
  }

  get blocks(): readonly Block[] {
    const { api } = this.#core;
    const blocks: Block[] = [];
    let handle = api.mlirRegionGetFirstBlock(this.handle);
    while (handle !== 0) {
      blocks.push(new Block(this.#core, handle));
      handle = api.mlirBlockGetNextInRegion(handle);
    }
    return blocks;
  }

  /** A new block at the end, with arguments of these types. */
  appendBlock(types: readonly Type[], location: Location): Block {
    const { api } = this.#core;
    const handle = this.#core.withHandles(
      types.map((type) => type.handle),
      (typesAt, count) =>
        this.#core.withHandles(
          types.map(() => location.handle),
          (locationsAt) => api.mlirBlockCreate(count, typesAt, locationsAt),
        ),
    );
    api.mlirRegionAppendOwnedBlock(this.handle, handle);
    return new Block(this.#core, handle);
  }
}
