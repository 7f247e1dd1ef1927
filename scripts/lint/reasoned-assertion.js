/** An `as` overrules the compiler, so the same line must say why that is right. `as const` overrules nothing. */
export const reasonedAssertion = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      unreasoned: "A type assertion needs its reason in a comment on the same line, or the line above.",
    },
  },
  create(context) {
    const commentedLines = new Set(
      context.sourceCode
        .getAllComments()
        .flatMap((comment) => [comment.loc.end.line, comment.loc.start.line]),
    );
    return {
      TSAsExpression(node) {
        if (isConst(node.typeAnnotation)) return;
        const { line } = node.typeAnnotation.loc.end;
        if (commentedLines.has(line) || commentedLines.has(line - 1)) return;
        context.report({ node, messageId: "unreasoned" });
      },
    };
  },
};

function isConst(annotation) {
  return annotation.type === "TSTypeReference" && annotation.typeName.name === "const";
}
