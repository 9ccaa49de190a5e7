// The typed Kubernetes 1.28 API objects, as cdk8s-plus-28 ships them: the same code that `cdk8s import k8s` downloads.
export { Cpu, k8s } from 'cdk8s-plus-28';
