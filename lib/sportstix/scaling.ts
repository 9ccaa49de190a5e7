import type { Construct } from 'constructs';
import type { DeploymentProps } from '../constructs/deployment';
import { InvalidPropError } from '../constructs/invalid-prop';
import type { ServiceSpec } from './catalogue';
import type { Environment } from './environment';

/**
 * How many pods each service of an environment has, and how a new version replaces them.
 *
 * @throws InvalidPropError if the environment says it of a service that it does not have.
 */
export function podsOf(
  scope: Construct,
  { services, scaling, canaries = {} }: Environment,
): (service: ServiceSpec) => Pick<DeploymentProps, 'replicas' | 'autoscaling' | 'canary'> {
  checkNames(scope, 'environment.canaries', canaries, services);
  if (scaling.kind === 'autoscaling') {
    checkNames(scope, 'environment.scaling.services', scaling.services, services);
  }
  return ({ name, canary }) => {
    const steps = canaries[name] ?? canary;
    return {
      ...(scaling.kind === 'fixed'
        ? { replicas: scaling.replicas }
        : { autoscaling: scaling.services[name] ?? scaling.usual }),
      ...(steps !== undefined && { canary: steps }),
    };
  };
}

function checkNames(
  scope: Construct,
  prop: string,
  given: Readonly<Record<string, unknown>>,
  services: readonly ServiceSpec[],
): void {
  const names = services.map(({ name }) => name);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new InvalidPropError(scope, {
      prop,
      value: stranger,
      reason: 'no service of the environment: what is said of it would hold for nobody.',
      remedy: `Correct the name, or remove it. There are ${names.join(', ')}.`,
    });
  }
}
