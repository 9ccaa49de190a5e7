import type { parse } from '@bufbuild/cel';

/** An expression of CEL as the parser leaves it. */
export type ParsedExpression = ReturnType<typeof parse>['expr'];

/**
 * Expressions that are parsed already, by their text: to parse them takes longer than to judge by them. These last as long as the process;
 * bin/run.cjs puts others in their place, which outlast it.
 */
export const parsedExpressions: Pick<Map<string, ParsedExpression>, 'get' | 'set'> = new Map();
