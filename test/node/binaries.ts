/**
 * As a script, `node --import tsx test/node/binaries.ts` builds all programs that the node tests need; `--missing` only says which of
 * them are yet to be built.
 */
import {
  BINARY_NAMES,
  type BinaryName,
  kubeconfigUnderTest,
  kubernetesVersions,
  newestVersion,
  script,
} from '../cluster/binaries';

/** What others need: the benchmarks, and the tests of the workflow and of alerts' rules. */
const OF_OTHERS: readonly BinaryName[] = ['helm', 'actionlint', 'promtool', 'amtool'];

void script(() => {
  const newest = newestVersion(kubernetesVersions());
  if (kubeconfigUnderTest() !== undefined) {
    return [['kubectl', newest]];
  }
  // A node needs a control plane too; so these are nearly all programs, of one version of Kubernetes.
  return BINARY_NAMES.filter((name) => !OF_OTHERS.includes(name)).map((name) => [name, newest]);
});
