import type { StructPointer } from "../capi/handles.ts";
import type { NamedAttribute } from "./attribute.ts";
import type { Core } from "./core.ts";
import type { Location } from "./location.ts";
import { type Block, Operation, type Value } from "./operation.ts";
import type { Type } from "./type.ts";

/** What an operation is made of. */
export interface OperationParts {
  readonly operands?: readonly Value[];
  /** The types of the results, or `"infer"` where the operation's own rule gives them. */
  readonly results?: readonly Type[] | "infer";
  readonly attributes?: readonly NamedAttribute[];
  /** How many regions it gets; they are empty. */
  readonly regions?: number;
  readonly successors?: readonly Block[];
  readonly location: Location;
}

/** An operation may be created at the end of a block, or before another operation. */
export type InsertionPoint =
  | { readonly kind: "end"; readonly block: Block }
  | { readonly kind: "before"; readonly operation: Operation };

type State = StructPointer<"MlirOperationState">;

const STATE_BYTES = 64; // 56 in this version; the rest is never touched

/** Creates operations, one after the other, at an insertion point. */
export class Builder {
  at: InsertionPoint;
  readonly #core: Core;

  constructor(core: Core, at: InsertionPoint) {
    this.#core = core;
    this.at = at;
  }

  /**
   * Creates an operation and inserts it. Nothing is checked but what creation itself needs: `verify` says whether it is valid.
   * Nothing is returned where the types of the results could not be inferred; the session's diagnostics say why.
   */
  create(name: string, parts: OperationParts): Operation | undefined {
    const operation = createOperation(this.#core, name, parts);
    if (operation === undefined) return undefined;
    this.#insert(operation);
    return operation;
  }

  #insert(operation: Operation): void {
    const { at } = this;
    if (at.kind === "end") {
      at.block.append(operation);
    } else {
      operation.moveBefore(at.operation);
    }
  }
}

/** Creates an operation that is in no block. */
export function createOperation(core: Core, name: string, parts: OperationParts): Operation | undefined {
  const { api } = core;
  const dialect = name.slice(0, Math.max(0, name.indexOf(".")));
  core.withString(dialect, (ref) => api.mlirContextGetOrLoadDialect(core.handle, ref)); // its operations are known from then on
  const handle = core.withString(name, (ref) =>
    core.instance.withMemory(STATE_BYTES, (address) => {
      const state = address as State; // filled by the next call
      api.mlirOperationStateGet(state, ref, parts.location.handle);
      fill(core, state, parts);
      return api.mlirOperationCreate(state);
    }),
  );
  if (handle === 0) return undefined;
  core.detached.add(handle);
  return new Operation(core, handle);
}

function fill(core: Core, state: State, parts: OperationParts): void {
  const { api } = core;
  const { operands = [], results = [], attributes = [], regions = 0, successors = [] } = parts;
  core.withHandles(handlesOf(operands), (address, count) => {
    api.mlirOperationStateAddOperands(state, count, address);
  });
  core.withHandles(handlesOf(successors), (address, count) => {
    api.mlirOperationStateAddSuccessors(state, count, address);
  });
  core.withHandles(
    Array.from({ length: regions }, () => api.mlirRegionCreate()),
    (address, count) => {
      api.mlirOperationStateAddOwnedRegions(state, count, address);
    },
  );
  core.withHandles(named(core, attributes), (address) => {
    api.mlirOperationStateAddAttributes(state, attributes.length, address);
  });
  if (results === "infer") {
    api.mlirOperationStateEnableResultTypeInference(state);
  } else {
    core.withHandles(handlesOf(results), (address, count) => {
      api.mlirOperationStateAddResults(state, count, address);
    });
  }
}

/** Names and attributes in turn, as an array of MlirNamedAttribute has them. */
export function named(core: Core, attributes: readonly NamedAttribute[]): readonly number[] {
  const { api } = core;
  return attributes.flatMap(({ name, value }) => [
    core.withString(name, (ref) => api.mlirIdentifierGet(core.handle, ref)),
    value.handle,
  ]);
}

/** The handles of objects, in their order. */
export function handlesOf(objects: readonly { readonly handle: number }[]): readonly number[] {
  return objects.map(({ handle }) => handle);
}
