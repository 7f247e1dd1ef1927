// The door of the MLIR engine. Nothing is read, compiled or instantiated by importing it.

export { Attribute, type NamedAttribute } from "./bindings/attribute.ts";
export { Builder, type InsertionPoint, type OperationParts } from "./bindings/builder.ts";
export { Context } from "./bindings/context.ts";
export { Location } from "./bindings/location.ts";
export { Block, Operation, Region, type Use, Value, type WalkStep } from "./bindings/operation.ts";
export { type Dimension, Type } from "./bindings/type.ts";
export { Document, type PrintOptions, type RunReport } from "./engine/document.ts";
export { Engine, type Transformed, type TransformOptions } from "./engine/engine.ts";
export { type ReadOptions, Session, type SessionOptions } from "./engine/session.ts";
export { InstanceLost } from "./instance/instance.ts";
export { loadMlir } from "./load.ts";
