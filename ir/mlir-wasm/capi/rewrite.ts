// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  MlirBlock,
  MlirContext,
  MlirFrozenRewritePatternSet,
  MlirGreedyRewriteDriverConfig,
  MlirLogicalResult,
  MlirModule,
  MlirOperation,
  MlirPatternRewriter,
  MlirRegion,
  MlirRewritePattern,
  MlirRewritePatternSet,
  MlirRewriterBase,
  MlirValue,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/Rewrite.h */
export interface RewriteFunctions {
  mlirRewriterBaseGetContext(rewriter: MlirRewriterBase): MlirContext;
  mlirRewriterBaseClearInsertionPoint(rewriter: MlirRewriterBase): void;
  mlirRewriterBaseSetInsertionPointBefore(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseSetInsertionPointAfter(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseSetInsertionPointAfterValue(rewriter: MlirRewriterBase, value: MlirValue): void;
  mlirRewriterBaseSetInsertionPointToStart(rewriter: MlirRewriterBase, block: MlirBlock): void;
  mlirRewriterBaseSetInsertionPointToEnd(rewriter: MlirRewriterBase, block: MlirBlock): void;
  mlirRewriterBaseGetInsertionBlock(rewriter: MlirRewriterBase): MlirBlock;
  mlirRewriterBaseGetBlock(rewriter: MlirRewriterBase): MlirBlock;
  mlirRewriterBaseGetOperationAfterInsertion(rewriter: MlirRewriterBase): MlirOperation;
  mlirRewriterBaseCreateBlockBefore(
    rewriter: MlirRewriterBase,
    insertBefore: MlirBlock,
    nArgTypes: number,
    argTypes: Pointer,
    locations: Pointer,
  ): MlirBlock;
  mlirRewriterBaseInsert(rewriter: MlirRewriterBase, op: MlirOperation): MlirOperation;
  mlirRewriterBaseClone(rewriter: MlirRewriterBase, op: MlirOperation): MlirOperation;
  mlirRewriterBaseCloneWithoutRegions(rewriter: MlirRewriterBase, op: MlirOperation): MlirOperation;
  mlirRewriterBaseCloneRegionBefore(rewriter: MlirRewriterBase, region: MlirRegion, before: MlirBlock): void;
  mlirRewriterBaseInlineRegionBefore(rewriter: MlirRewriterBase, region: MlirRegion, before: MlirBlock): void;
  mlirRewriterBaseReplaceOpWithValues(
    rewriter: MlirRewriterBase,
    op: MlirOperation,
    nValues: number,
    values: Pointer,
  ): void;
  mlirRewriterBaseReplaceOpWithOperation(
    rewriter: MlirRewriterBase,
    op: MlirOperation,
    newOp: MlirOperation,
  ): void;
  mlirRewriterBaseEraseOp(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseEraseBlock(rewriter: MlirRewriterBase, block: MlirBlock): void;
  mlirRewriterBaseInlineBlockBefore(
    rewriter: MlirRewriterBase,
    source: MlirBlock,
    op: MlirOperation,
    nArgValues: number,
    argValues: Pointer,
  ): void;
  mlirRewriterBaseMergeBlocks(
    rewriter: MlirRewriterBase,
    source: MlirBlock,
    dest: MlirBlock,
    nArgValues: number,
    argValues: Pointer,
  ): void;
  mlirRewriterBaseMoveOpBefore(
    rewriter: MlirRewriterBase,
    op: MlirOperation,
    existingOp: MlirOperation,
  ): void;
  mlirRewriterBaseMoveOpAfter(rewriter: MlirRewriterBase, op: MlirOperation, existingOp: MlirOperation): void;
  mlirRewriterBaseMoveBlockBefore(
    rewriter: MlirRewriterBase,
    block: MlirBlock,
    existingBlock: MlirBlock,
  ): void;
  mlirRewriterBaseStartOpModification(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseFinalizeOpModification(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseCancelOpModification(rewriter: MlirRewriterBase, op: MlirOperation): void;
  mlirRewriterBaseReplaceAllUsesWith(rewriter: MlirRewriterBase, from: MlirValue, to: MlirValue): void;
  mlirRewriterBaseReplaceAllValueRangeUsesWith(
    rewriter: MlirRewriterBase,
    nValues: number,
    from: Pointer,
    to: Pointer,
  ): void;
  mlirRewriterBaseReplaceAllOpUsesWithValueRange(
    rewriter: MlirRewriterBase,
    from: MlirOperation,
    nTo: number,
    to: Pointer,
  ): void;
  mlirRewriterBaseReplaceAllOpUsesWithOperation(
    rewriter: MlirRewriterBase,
    from: MlirOperation,
    to: MlirOperation,
  ): void;
  mlirRewriterBaseReplaceOpUsesWithinBlock(
    rewriter: MlirRewriterBase,
    op: MlirOperation,
    nNewValues: number,
    newValues: Pointer,
    block: MlirBlock,
  ): void;
  mlirRewriterBaseReplaceAllUsesExcept(
    rewriter: MlirRewriterBase,
    from: MlirValue,
    to: MlirValue,
    exceptedUser: MlirOperation,
  ): void;
  mlirIRRewriterCreate(context: MlirContext): MlirRewriterBase;
  mlirIRRewriterCreateFromOp(op: MlirOperation): MlirRewriterBase;
  mlirIRRewriterDestroy(rewriter: MlirRewriterBase): void;
  mlirFreezeRewritePattern(set: MlirRewritePatternSet): MlirFrozenRewritePatternSet;
  mlirFrozenRewritePatternSetDestroy(set: MlirFrozenRewritePatternSet): void;
  mlirApplyPatternsAndFoldGreedilyWithOp(
    op: MlirOperation,
    patterns: MlirFrozenRewritePatternSet,
    argument2: MlirGreedyRewriteDriverConfig,
  ): MlirLogicalResult;
  mlirApplyPatternsAndFoldGreedily(
    op: MlirModule,
    patterns: MlirFrozenRewritePatternSet,
    config: MlirGreedyRewriteDriverConfig,
  ): MlirLogicalResult;
  mlirGreedyRewriteDriverConfigCreate(): MlirGreedyRewriteDriverConfig;
  mlirGreedyRewriteDriverConfigDestroy(config: MlirGreedyRewriteDriverConfig): void;
  mlirGreedyRewriteDriverConfigSetMaxIterations(
    config: MlirGreedyRewriteDriverConfig,
    maxIterations: bigint,
  ): void;
  mlirGreedyRewriteDriverConfigSetMaxNumRewrites(
    config: MlirGreedyRewriteDriverConfig,
    maxNumRewrites: bigint,
  ): void;
  mlirGreedyRewriteDriverConfigSetUseTopDownTraversal(
    config: MlirGreedyRewriteDriverConfig,
    useTopDownTraversal: boolean,
  ): void;
  mlirGreedyRewriteDriverConfigEnableFolding(config: MlirGreedyRewriteDriverConfig, enable: boolean): void;
  mlirGreedyRewriteDriverConfigSetStrictness(config: MlirGreedyRewriteDriverConfig, strictness: number): void;
  mlirGreedyRewriteDriverConfigSetRegionSimplificationLevel(
    config: MlirGreedyRewriteDriverConfig,
    level: number,
  ): void;
  mlirGreedyRewriteDriverConfigEnableConstantCSE(
    config: MlirGreedyRewriteDriverConfig,
    enable: boolean,
  ): void;
  mlirGreedyRewriteDriverConfigGetMaxIterations(config: MlirGreedyRewriteDriverConfig): bigint;
  mlirGreedyRewriteDriverConfigGetMaxNumRewrites(config: MlirGreedyRewriteDriverConfig): bigint;
  mlirGreedyRewriteDriverConfigGetUseTopDownTraversal(config: MlirGreedyRewriteDriverConfig): number;
  mlirGreedyRewriteDriverConfigIsFoldingEnabled(config: MlirGreedyRewriteDriverConfig): number;
  mlirGreedyRewriteDriverConfigGetStrictness(config: MlirGreedyRewriteDriverConfig): number;
  mlirGreedyRewriteDriverConfigGetRegionSimplificationLevel(config: MlirGreedyRewriteDriverConfig): number;
  mlirGreedyRewriteDriverConfigIsConstantCSEEnabled(config: MlirGreedyRewriteDriverConfig): number;
  mlirWalkAndApplyPatterns(op: MlirOperation, patterns: MlirFrozenRewritePatternSet): void;
  mlirPatternRewriterAsBase(rewriter: MlirPatternRewriter): MlirRewriterBase;
  mlirOpRewritePatternCreate(
    rootName: StructPointer<"MlirStringRef">,
    benefit: number,
    context: MlirContext,
    callbacks: number,
    userData: Pointer,
    nGeneratedNames: number,
    generatedNames: Pointer,
  ): MlirRewritePattern;
  mlirRewritePatternSetCreate(context: MlirContext): MlirRewritePatternSet;
  mlirRewritePatternSetDestroy(set: MlirRewritePatternSet): void;
  mlirRewritePatternSetAdd(set: MlirRewritePatternSet, pattern: MlirRewritePattern): void;
}
