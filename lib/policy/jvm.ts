import { celString } from './cel';
import { valueOr } from './policy';

// The options of a JVM in a container `c`, as CEL.

/** Variables that a JVM or a start script reads options from: JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, JAVA_OPTS, ES_JAVA_OPTS, KAFKA_HEAP_OPTS. */
const NAME = celString('(?:^|_)(?:JAVA|JDK|JVM|HEAP|CATALINA)_(?:[A-Z]+_)*(?:OPTS|OPTIONS|ARGS)(?:_[A-Z]+)?$');

const ENV = valueOr('c', 'env', '[]');

/** CEL: variables with options that can be read here. */
export const OPTION_VARIABLES = `${ENV}.filter(e, has(e.value) && e.name.matches(${NAME}))`;

/** CEL: the words of a text, also where they stand in quotes within a command line. */
export function wordsOf(text: string): string {
  return `${text}.replace('\\n', ' ').replace('\\t', ' ').replace('"', ' ').replace("'", ' ').split(' ')`;
}

/** CEL: the words of the command and its arguments. */
export const COMMAND_WORDS = wordsOf(`(${valueOr('c', 'command', '[]')} + ${valueOr('c', 'args', '[]')}).join(' ')`);

/** CEL: whether a JVM runs in `c`, as far as its manifest says. */
export const IS_JVM = `(${ENV}.exists(e, e.name.matches(${NAME})) || ${COMMAND_WORDS}.exists(w, w.matches('(?:^|/)java$|^-Xm[sx][0-9]|^-XX:')))`;
