import { at, CompilerBug } from "../support/bug.ts";
import type { Span } from "../support/diagnostics.ts";
import type { Attribute, Attributes } from "./attribute.ts";
import type { Type } from "./type.ts";

/** One place where a value is read: operand `index` of `user`. */
export interface Use {
  readonly user: Operation;
  readonly index: number;
}

/** An SSA value: a result of an operation or an argument of a block. */
export class Value {
  readonly type: Type;
  /** The operation that computes it, or the block whose argument it is. */
  readonly owner: Operation | Block;
  readonly index: number;
  /** A name to print; unique names are made by the printer. */
  hint: string | undefined;
  readonly uses: Use[] = [];

  constructor(type: Type, owner: Operation | Block, index: number, hint?: string) {
    this.type = type;
    this.owner = owner;
    this.index = index;
    this.hint = hint;
  }

  /** The operation that computes this value; undefined for a block argument. */
  get producer(): Operation | undefined {
    return this.owner instanceof Operation ? this.owner : undefined;
  }

  /** Makes every user read `other` instead. */
  replaceAllUsesWith(other: Value): void {
    for (const use of [...this.uses]) use.user.setOperand(use.index, other);
  }
}

/** What an operation is made of. */
export interface OperationInit {
  readonly name: string;
  readonly operands?: readonly Value[];
  readonly resultTypes?: readonly Type[];
  readonly attributes?: Attributes;
  readonly regions?: readonly Region[];
  readonly span: Span;
}

/** A generic operation: storage is uniform, dialects read it through typed views (`OpDefinition`). */
export class Operation {
  readonly name: string;
  readonly results: readonly Value[];
  readonly regions: readonly Region[];
  /** Where it is in a text; an operation that was built gets a place once its module is printed. */
  span: Span;
  attributes: Attributes;
  parent: Block | undefined;
  readonly #operands: Value[] = [];

  constructor(init: OperationInit) {
    this.name = init.name;
    this.span = init.span;
    this.attributes = init.attributes ?? {};
    this.results = (init.resultTypes ?? []).map((type, index) => new Value(type, this, index));
    this.regions = init.regions ?? [];
    for (const region of this.regions) region.parent = this;
    for (const operand of init.operands ?? []) this.appendOperand(operand);
  }

  get operands(): readonly Value[] {
    return this.#operands;
  }

  /** The only result; asking an operation with another count is a bug. */
  get result(): Value {
    if (this.results.length !== 1)
      throw new CompilerBug(`${this.name} has ${String(this.results.length)} results, not one`);
    return at(this.results, 0);
  }

  appendOperand(value: Value): void {
    value.uses.push({ user: this, index: this.#operands.length });
    this.#operands.push(value);
  }

  setOperand(index: number, value: Value): void {
    const old = at(this.#operands, index);
    if (old === value) return;
    removeUse(old, this, index);
    value.uses.push({ user: this, index });
    this.#operands[index] = value;
  }

  attribute(name: string): Attribute | undefined {
    return this.attributes[name];
  }

  setAttribute(name: string, value: Attribute): void {
    this.attributes = { ...this.attributes, [name]: value };
  }

  /** Takes the operation out of its block and drops its uses of other values. Its results must be unused. */
  erase(): void {
    for (const result of this.results) {
      if (result.uses.length > 0) throw new CompilerBug(`${this.name} is erased while its result is used`);
    }
    this.dropAllOperands();
    for (const region of this.regions) for (const block of region.blocks) block.dropAllReferences();
    this.parent?.remove(this);
  }

  dropAllOperands(): void {
    this.#operands.forEach((value, index) => {
      removeUse(value, this, index);
    });
    this.#operands.length = 0;
  }

  /** This operation, then everything inside it, in order. */
  *walk(): IterableIterator<Operation> {
    yield this;
    for (const region of this.regions)
      for (const block of region.blocks) for (const op of block.ops) yield* op.walk();
  }
}

function removeUse(value: Value, user: Operation, index: number): void {
  const position = value.uses.findIndex((use) => use.user === user && use.index === index);
  if (position < 0) throw new CompilerBug(`use lists are out of step at ${user.name}`);
  value.uses.splice(position, 1);
}

/** A straight line of operations with arguments. */
export class Block {
  readonly args: Value[] = [];
  readonly ops: Operation[] = [];
  parent: Region | undefined;

  constructor(argTypes: readonly Type[] = [], hints: readonly (string | undefined)[] = []) {
    argTypes.forEach((type, index) => {
      this.addArg(type, hints[index]);
    });
  }

  addArg(type: Type, hint?: string): Value {
    const arg = new Value(type, this, this.args.length, hint);
    this.args.push(arg);
    return arg;
  }

  append(op: Operation): void {
    this.insert(op, this.ops.length);
  }

  insert(op: Operation, position: number): void {
    if (op.parent !== undefined) throw new CompilerBug(`${op.name} is already in a block`);
    op.parent = this;
    if (position === this.ops.length) this.ops.push(op);
    else this.ops.splice(position, 0, op);
  }

  insertBefore(op: Operation, anchor: Operation): void {
    this.insert(op, this.ops.indexOf(anchor));
  }

  remove(op: Operation): void {
    const position = this.ops.indexOf(op);
    if (position < 0) throw new CompilerBug(`${op.name} is not in this block`);
    this.ops.splice(position, 1);
    op.parent = undefined;
  }

  dropAllReferences(): void {
    for (const op of this.ops) {
      op.dropAllOperands();
      for (const region of op.regions) for (const block of region.blocks) block.dropAllReferences();
    }
  }

  /** The last operation, where there is one. */
  get last(): Operation | undefined {
    return this.ops[this.ops.length - 1];
  }
}

/** The body of an operation. Every region of this project has one block. */
export class Region {
  readonly blocks: Block[] = [];
  parent: Operation | undefined;

  constructor(...blocks: readonly Block[]) {
    for (const block of blocks) this.append(block);
  }

  append(block: Block): void {
    block.parent = this;
    this.blocks.push(block);
  }

  /** The only block; another count is a bug. */
  get block(): Block {
    if (this.blocks.length !== 1)
      throw new CompilerBug(`a region has ${String(this.blocks.length)} blocks, not one`);
    return at(this.blocks, 0);
  }
}

/** The operation that a value's scope belongs to: the nearest enclosing operation of its definition. */
export function enclosingOperation(value: Value): Operation | undefined {
  return value.owner instanceof Operation ? value.owner.parent?.parent?.parent : value.owner.parent?.parent;
}
