/** Where the API server and check do not say the same, and why that stays so. */
export interface Difference {
  /** Of `KIND FIELD MUTATION`, positions in lists left out. */
  readonly what: RegExp;
  /** Who refuses. */
  readonly refusedBy: 'server' | 'check';
  readonly why: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    what: /^StatefulSet spec\.(?:template|volumeClaimTemplates)\b/,
    refusedBy: 'check',
    why: '1.28 looks at the template of a StatefulSet only when it makes pods, and then that fails.',
  },
  {
    what: /^(?:IngressClass spec\.parameters\.scope|StatefulSet spec\.persistentVolumeClaimRetentionPolicy\.\w+) (?:null|drop|empty)$/,
    refusedBy: 'check',
    why: 'The oldest and the newest version have other defaults.',
  },
  {
    what: /^CustomResourceDefinition spec\.versions\.schema\.openAPIV3Schema\b/,
    refusedBy: 'server',
    why: 'What makes a schema structural is for the server to say to whoever writes CustomResourceDefinitions.',
  },
  {
    what: /^(?:Cluster)?RoleBinding (?:roleRef|subjects)\.apiGroup move$/,
    refusedBy: 'server',
    why: 'The group of a subject depends on its kind, and an empty one is taken for the right one.',
  },
];
