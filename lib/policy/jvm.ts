import { celString } from './cel';
import { valueOr } from './policy';

// The options of a JVM in a container `c`, as CEL.

/** Variables that a JVM or a start script reads options from: JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, JAVA_OPTS, ES_JAVA_OPTS, KAFKA_HEAP_OPTS. */
export const OPTIONS_NAME = '(?:^|_)(?:JAVA|JDK|JVM|HEAP|CATALINA)_(?:[A-Z]+_)*(?:OPTS|OPTIONS|ARGS)(?:_[A-Z]+)?$';

const NAME = celString(OPTIONS_NAME);

const ENV = valueOr('c', 'env', '[]');

/** CEL: variables with options that can be read here. */
export const OPTION_VARIABLES = `${ENV}.filter(e, has(e.value) && e.name.matches(${NAME}))`;

/** CEL: the words of a text, also where they stand in quotes within a command line. */
export function wordsOf(text: string): string {
  return `${text}.replace('\\n', ' ').replace('\\t', ' ').replace('"', ' ').replace("'", ' ').split(' ')`;
}

/** In a command line: the program itself, or an option that no other takes. */
const IN_COMMAND = celString(`(?:^|[\\s"'/])java(?:$|[\\s"'])|(?:^|[\\s"'])-(?:Xm[sx][0-9]|XX:)`);

/** CEL: whether a JVM runs in `c`, as far as its manifest says. */
export const IS_JVM = `(${ENV}.exists(e, e.name.matches(${NAME})) || (${valueOr('c', 'command', '[]')} + ${valueOr('c', 'args', '[]')}).join('\\n').matches(${IN_COMMAND}))`;
