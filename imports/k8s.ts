// The typed Kubernetes 1.28 API objects, as cdk8s-plus-28 ships them: the same code that `cdk8s import k8s` downloads. Of the package only
// what is used: all of it takes four times as long to load.
export * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
export { Cpu } from 'cdk8s-plus-28/lib/container';
