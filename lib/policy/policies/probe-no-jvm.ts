import { celString } from '../cel';
import { probesWhere } from '../policy';
import type { Policy } from '../policy';

/** Programs that are a JVM, or scripts that start one. */
const TOOLS = [
  'kafka-[a-z0-9-]+\\.sh',
  // Confluent's packages name them without .sh.
  'kafka-(?:acls|broker-api-versions|cluster|configs|console-[a-z]+|consumer-groups|features|get-offsets|log-dirs|metadata-[a-z]+|run-class|storage|topics)',
  '(?:connect|zookeeper|trogdor)-[a-z-]+(?:\\.sh)?',
  'zk[A-Z][A-Za-z]*\\.sh',
  '(?:kcadm|kc|kcreg|jboss-cli)\\.sh',
  'jcmd|jps|jstat|jstack|jmap|jinfo|jconsole|jshell|jdb|javac|keytool',
  'nodetool|sstable[a-z]+|cassandra-stress',
  'pulsar-admin|pulsar-client|activemq|hdfs|hadoop|hbase|spark-submit|groovy|gradlew?|mvnw?',
].join('|');

const PROGRAM = `["']?(?:[\\w.$@{}~+-]*/)*(?:java|${TOOLS}|[\\w.-]+\\.jar)["']?`;
const END = '(?:$|[\\s;&|()<>`])';

/** Programs that run another, which comes after their options, numbers and variables. */
const RUNNERS =
  '(?:[\\w.-]*/)*(?:(?:exec|time|timeout|nohup|nice|env|sudo|command|builtin|eval|source|\\.|xargs|stdbuf|setsid|ionice|chroot|tini|dumb-init|busybox)(?:\\s+(?:-\\S+(?:\\s+\\w+)??|\\w+=\\S*|\\d[\\w.]*|--))*?|(?:gosu|su-exec|runuser|chpst)(?:\\s+-\\S+)*?\\s+\\S+|[bdakz]{0,2}sh(?:\\s+[-+][abd-zA-Z]+)*?)\\s+';

/** CEL: the words of a command, each on a line of its own, as lines of a script are. */
const WORDS = (probe: string): string => `${probe}.exec.command.join('\\n')`;

/** A command line whose first word, or what that word runs, is a JVM; or which gives a class path to a program of whatever name. */
const RUNS = celString(`^(?:${RUNNERS})*${PROGRAM}${END}|\\n-(?:jar|cp|classpath)\\n\\S*\\.jar(?:$|\\n)`);

/** A shell that is given a script as a word. */
const SHELL = celString(`^(?:${RUNNERS})*(?:[\\w.-]*/)*[bdakz]{0,2}sh\\n(?:[-+][\\w-]*\\n)*?-\\w*c\\w*\\n`);

/** A script that starts one where a command may stand. */
const SCRIPT = celString(
  `(?:[\\n;&|({\`!]\\s*|\\b(?:then|do|else|if|while|until|elif)\\s+|\\b\\w+=\\S*\\s+)(?:!\\s*)?(?:\\w+=\\S*\\s+)*(?:${RUNNERS})*${PROGRAM}${END}`,
);

export const probeNoJvm: Policy = {
  id: 'probe-no-jvm',
  title: 'No probe starts a JVM',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}.exec.command',
      offenders: probesWhere(
        (probe) =>
          `has(${probe}.exec) && has(${probe}.exec.command) && (${WORDS(probe)}.matches(${RUNS}) || (${WORDS(probe)}.matches(${SHELL}) && ${WORDS(probe)}.matches(${SCRIPT})))`,
      ),
      // Not which: a command may hold a secret.
      message: `f + ' starts a JVM'`,
    },
  ],
  why: 'A JVM takes seconds of CPU to start, longer than the probe waits: the kubelet kills it, counts a failure and restarts a healthy container for ever (exit code 143).',
  fix: 'Probe the port: tcpSocket, or httpGet or grpc where the server offers health.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
};
