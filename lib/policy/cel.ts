import {
  celEnv,
  celError,
  celList,
  celMap,
  celMethod,
  CelScalar,
  isCelError,
  isCelList,
  listType,
  parse,
  plan,
} from '@bufbuild/cel';
import type { CelError, CelInput, CelList, CelMap, CelResult } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Path } from '../manifest/plain-data';
import { matchesPattern } from './patterns';
import { parsedExpressions } from './parsed-expressions';
import type { ParsedExpression } from './parsed-expressions';
import { quantityFunctions } from './quantity';

// CEL as the API server evaluates it: the standard functions, the `strings` extension and Kubernetes' own libraries as far as
// policies use them (https://kubernetes.io/docs/reference/using-api/cel/).

/** What an expression can see: `object`, `variables`, and the item that is judged. */
export type Bindings = Readonly<Record<string, CelInput>>;

/** A compiled expression. */
export interface Program {
  /** Errors are values, as in CEL itself. */
  readonly run: (bindings: Bindings) => CelResult;
  readonly reads: () => readonly Read[];
}

const matches = celMethod('matches', CelScalar.STRING, [CelScalar.STRING], CelScalar.BOOL, function (pattern) {
  return matchesPattern(this, pattern);
});

/** Of Kubernetes' list library (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library). */
const sum = celMethod('sum', listType(CelScalar.DYN), [], CelScalar.INT, function () {
  return [...this].reduce<bigint>((total, item) => {
    if (typeof item !== 'bigint') {
      throw new Error('sum of what is no whole number');
    }
    return total + item;
  }, 0n);
});

const environment = celEnv({ funcs: [...strings, ...quantityFunctions, matches, sum] });

/** The text with which `value` is written in CEL. */
export function celString(value: string): string {
  return JSON.stringify(value);
}

/** A list of strings, as written in CEL. */
export function celStrings(values: readonly string[]): string {
  return `[${values.map(celString).join(', ')}]`;
}

/** What an expression reads: roots such as `object` or `c`, each with the names below it. */
export type Read = readonly string[];

/**
 * Which parts of its bindings an expression can depend on: `c.securityContext.privileged` reads `['c', 'securityContext', 'privileged']`.
 * Names of the expression's own (of `exists(x, ...)`) come along; they name nothing in the bindings.
 */
function readsOf(expression: ParsedExpression): readonly Read[] {
  const reads: Read[] = [];

  function visit(expr: ParsedExpression | undefined): void {
    const chain = chainOf(expr);
    if (chain !== undefined) {
      reads.push(chain);
      return;
    }
    const kind = expr?.exprKind;
    switch (kind?.case) {
      case 'selectExpr':
        visit(kind.value.operand);
        break;
      case 'callExpr':
        visit(kind.value.target);
        kind.value.args.forEach(visit);
        break;
      case 'listExpr':
        kind.value.elements.forEach(visit);
        break;
      case 'structExpr':
        kind.value.entries.forEach((entry) => {
          visit(entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined);
          visit(entry.value);
        });
        break;
      case 'comprehensionExpr':
        [
          kind.value.iterRange,
          kind.value.accuInit,
          kind.value.loopCondition,
          kind.value.loopStep,
          kind.value.result,
        ].forEach(visit);
        break;
      case 'identExpr':
      case 'constExpr':
      case undefined:
        break;
    }
  }

  visit(expression);
  return reads;
}

/** `a.b.c`, also where it is written `dyn(a).b.c`. */
function chainOf(expr: ParsedExpression | undefined): Read | undefined {
  const kind = expr?.exprKind;
  if (kind?.case === 'identExpr') {
    return [kind.value.name];
  }
  if (kind?.case === 'callExpr' && kind.value.function === 'dyn' && kind.value.target === undefined) {
    return chainOf(kind.value.args[0]);
  }
  const operand = kind?.case === 'selectExpr' ? chainOf(kind.value.operand) : undefined;
  return kind?.case === 'selectExpr' && operand !== undefined ? [...operand, kind.value.field] : undefined;
}

function parseOnce(text: string): ParsedExpression {
  const known = parsedExpressions.get(text);
  if (known !== undefined) {
    return known;
  }
  const { expr } = parse(text);
  parsedExpressions.set(text, expr);
  return expr;
}

const programs = new Map<string, Program>();

/**
 * Compiles an expression when it is first used, and once: a run judges a few kinds only, and messages are needed only where a rule
 * fails.
 *
 * @throws at the first use, if the text is no CEL: that is a mistake in the policy, not in a manifest.
 */
export function compile(text: string): Program {
  const known = programs.get(text);
  if (known !== undefined) {
    return known;
  }
  let parsed: ParsedExpression | undefined;
  let planned: ReturnType<typeof plan> | undefined;
  let reads: readonly Read[] | undefined;
  const program: Program = {
    run: (bindings) => {
      planned ??= plan(environment, (parsed ??= parseOnce(text)));
      try {
        return planned(bindings);
      } catch (error) {
        return celError(error);
      }
    },
    reads: () => (reads ??= readsOf((parsed ??= parseOnce(text)))),
  };
  programs.set(text, program);
  return program;
}

/** A manifest as CEL sees it, and where in the manifest each of its maps and lists stands. */
export interface CelObject {
  readonly value: CelInput;
  readonly pathOf: (part: unknown) => Path | undefined;
}

interface Origin {
  readonly parent: object | undefined;
  readonly key: string | number;
}

/**
 * Turns plain data into CEL values: whole numbers are ints, and fields that are null are absent, as the API server drops them
 * when it decodes an object.
 *
 * @throws RangeError where the manifest contains itself, or is nested so deep that the stack ends.
 */
export function toCelObject(manifest: unknown): CelObject {
  const origins = new Map<unknown, Origin>();

  function convert(value: unknown, parent: object | undefined, key: string | number): CelInput {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'bigint':
        return value;
      case 'number':
        return Number.isInteger(value) ? BigInt(value) : value;
      case 'object':
        break;
      case 'undefined':
      case 'function':
      case 'symbol':
        return null;
    }
    if (value === null) {
      return null;
    }
    if (Array.isArray(value)) {
      const items: CelInput[] = [];
      const list = celList(items);
      value.forEach((item, index) => items.push(convert(item, list, index)));
      origins.set(list, { parent, key });
      return list;
    }
    if (value instanceof Date) {
      return value.toISOString();
    }
    const fields = new Map<string, CelInput>();
    const map = celMap(fields);
    for (const [name, field] of Object.entries(value)) {
      if (field !== null && field !== undefined) {
        fields.set(name, convert(field, map, name));
      }
    }
    origins.set(map, { parent, key });
    return map;
  }

  const value = convert(manifest, undefined, '');
  return {
    value,
    pathOf: (part) => {
      const path: (string | number)[] = [];
      for (let origin = origins.get(part); origin !== undefined; origin = origins.get(origin.parent)) {
        if (origin.parent !== undefined) {
          path.unshift(origin.key);
        }
      }
      return origins.has(part) ? path : undefined;
    },
  };
}

/** The items of a CEL list of strings, or the error in its place. */
export function stringsOf(result: CelResult): readonly string[] | CelError {
  if (isCelError(result)) {
    return result;
  }
  const items = isCelList(result) ? [...result] : undefined;
  return items?.every((item) => typeof item === 'string') === true ? items : celError('not a list of strings');
}

/** Where each item of a CEL list stands in the list of the object that it is from, or the error in its place. */
export function indexesOf(result: CelResult, { pathOf }: CelObject): readonly number[] | CelError {
  if (isCelError(result)) {
    return result;
  }
  const indexes = isCelList(result) ? [...result].map((item) => pathOf(item)?.at(-1)) : undefined;
  return indexes?.every((index) => typeof index === 'number') === true
    ? indexes
    : celError('not a list of items of the object');
}

export { isCelError, isCelList };
export type { CelError, CelList, CelMap };
