// The order of the house: who may import whom. Folders stand from the top down; each may import what stands below it, as listed.
const MAY_IMPORT = {
  cli: ['sportstix', 'plan', 'preflight', 'k3d', 'host', 'policy', 'graph', 'manifest', 'synth'],
  sportstix: ['observability', 'constructs', 'preflight', 'k3d', 'host', 'policy', 'graph', 'synth'],
  observability: ['constructs', 'graph', 'manifest', 'synth'],
  constructs: ['policy', 'graph', 'manifest'],
  plan: ['policy', 'graph', 'manifest'],
  preflight: ['k3d', 'host', 'graph', 'manifest'],
  k3d: ['host', 'manifest'],
  policy: ['graph', 'manifest'],
  graph: ['manifest'],
  synth: ['graph', 'manifest'],
  host: ['manifest'],
  manifest: [],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that import each other are one; what both need stands below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(MAY_IMPORT).map(([folder, below]) => ({
      name: `below-${folder}`,
      comment: `lib/${folder} imports ${below.length === 0 ? 'no other folder of lib' : `of lib only ${below.join(', ')}`}.`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: '^(lib/|main\\.ts|test/|bench/)', pathNot: `^lib/(${[folder, ...below].join('|')})/` },
    })),
    {
      name: 'a-known-folder',
      comment: 'A new folder of lib gets its place in the order: add it to MAY_IMPORT.',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'found',
      comment:
        'What lib imports is there without the tools of development; what is a peer of the package too is no such tool.',
      severity: 'error',
      from: { path: '^(lib/|main\\.ts)' },
      to: {
        dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-dev'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types too: two files that know each other's types are no two files.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
