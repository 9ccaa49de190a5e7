/**
 * As a script, `node --import tsx test/node/binaries.ts` builds all programs that the node tests need; `--missing` only says which of
 * them are yet to be built.
 */
import { BINARY_NAMES, kubeconfigUnderTest, kubernetesVersions, newestVersion, script } from '../cluster/binaries';

void script(() => {
  const newest = newestVersion(kubernetesVersions());
  // A node needs a control plane too; so these are all programs, of one version of Kubernetes.
  return kubeconfigUnderTest() === undefined ? BINARY_NAMES.map((name) => [name, newest]) : [['kubectl', newest]];
});
