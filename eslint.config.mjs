import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'build/',
      'imports/',
      'dist/',
      'examples/*/dist/',
      'coverage/',
      'node_modules/',
      'reports/',
      '.stryker-tmp/',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A construct is made for its effect on the tree.
      'no-new': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
    },
  },
  // An example has a tsconfig.json of its own, by which it finds the package where it is installed.
  {
    files: ['examples/**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: 'tsconfig.json' } },
  },
  {
    files: ['main.ts', 'lib/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
  },
  // What the catalogue and the environments of the platform are is read by the tests of the platform, and by those that run it.
  {
    files: ['test/**/*.ts'],
    ignores: ['test/sportstix/{contract,environments,dist,production,faults}.test.ts', 'test/{edits,cluster,node}/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/sportstix/catalogue', '**/sportstix/environments', '**/main'],
              allowImportNames: ['buildArgumentsOf', 'environmentNamed', 'policyPackOf'],
              allowTypeImports: true,
              message:
                'An edit of the catalogue or of an environment must break no test but those of the platform. Use the example of test/sportstix/example.ts.',
            },
          ],
        },
      ],
    },
  },
  // Tests of the library do not know the platform at all.
  {
    files: ['test/{constructs,examples,graph,host,k3d,manifest,observability,policy,preflight,synth}/**/*.ts'],
    // What earlier commits installed is the platform's.
    ignores: ['test/host/installed.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '(^|/)(sportstix|main)(/|$)',
              message: 'Tests of the library do not know the platform. Use names of an example.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        // But the program that judges is called so.
        ...['Literal[value=/sportstix(?!-policy-check)/i]', 'TemplateElement[value.raw=/sportstix/i]'].map(
          (selector) => ({
            selector,
            message: 'Tests of the library do not know the platform. Use names of an example.',
          }),
        ),
      ],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        process: 'readonly',
        Buffer: 'readonly',
        __dirname: 'readonly',
        console: 'readonly',
        setImmediate: 'readonly',
      },
    },
  },
);
