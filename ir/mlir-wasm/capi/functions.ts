// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { AffineExprFunctions } from "./affine-expr.ts";
import type { AffineMapFunctions } from "./affine-map.ts";
import type { BuiltinAttributesFunctions } from "./builtin-attributes.ts";
import type { BuiltinTypesFunctions } from "./builtin-types.ts";
import type { DebugFunctions } from "./debug.ts";
import type { DiagnosticsFunctions } from "./diagnostics.ts";
import type { DialectsFunctions } from "./dialects.ts";
import type { IntegerSetFunctions } from "./integer-set.ts";
import type { InterfacesFunctions } from "./interfaces.ts";
import type { IrFunctions } from "./ir.ts";
import type { PassFunctions } from "./pass.ts";
import type { RewriteFunctions } from "./rewrite.ts";
import type { SupportFunctions } from "./support.ts";

/** Every exported function of MLIR's C API, as the module offers it. */
export interface MlirCApi
  extends SupportFunctions,
    IrFunctions,
    AffineExprFunctions,
    AffineMapFunctions,
    IntegerSetFunctions,
    BuiltinAttributesFunctions,
    BuiltinTypesFunctions,
    DebugFunctions,
    DiagnosticsFunctions,
    InterfacesFunctions,
    PassFunctions,
    RewriteFunctions,
    DialectsFunctions {}
