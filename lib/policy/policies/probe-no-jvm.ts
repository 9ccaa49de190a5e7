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

const PATH = '["\']?(?:[\\w.$@{}~+-]*/)*';
const END = '(?:$|[\\s;&|()<>"\'`])';

/** `java` itself is also a word that one searches for: it counts where a shell would run it. */
const RUNS =
  '(?:^\\s*|[;&|({`!\\n]\\s*|\\w=\\S*\\s+|\\b(?:exec|time|nohup|command|then|do|else|env|if|while|until|sudo|nice|xargs)\\s+(?:-\\S+\\s+)*|\\btimeout\\s+(?:-\\S+\\s+)*\\S+\\s+)';

/** Everything else counts wherever it stands as a word, alone or in a shell's command line. */
const WORD = '(?:^|[\\s;&|()"\'`=!])';

const JVM = celString(`${WORD}${PATH}(?:${TOOLS})${END}|${RUNS}${PATH}java${END}|\\.jar${END}`);

/** What looks for a process by name runs nothing of that name. */
const SEARCH = celString('^(?:[\\w.-]*/)*(?:pgrep|pidof|grep|egrep|fgrep|test|\\[|ls|cat|stat)$');

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
          `has(${probe}.exec) && has(${probe}.exec.command) && ${probe}.exec.command.exists(a, a.matches(${JVM})) && !${probe}.exec.command[0].matches(${SEARCH})`,
      ),
      message: `f + ' starts a JVM: ' + c[f].exec.command.join(' ')`,
    },
  ],
  why: 'A JVM takes seconds of CPU to start, longer than the probe waits: the kubelet kills it, counts a failure and restarts a healthy container for ever (exit code 143).',
  fix: 'Probe the port: tcpSocket, or httpGet or grpc where the server offers health.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
};
