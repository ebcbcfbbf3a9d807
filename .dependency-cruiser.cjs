// Who may import whom. `npm run check:imports` reads this; tests/import-rule.test.ts breaks each rule and sees it fail.

/** Each package, with the packages that it may import. What is not written here is forbidden. */
const mayImport = {
  files: [],
  layers: [],
  recursion: ['layers'],
  data: ['files'],
  act: ['layers', 'recursion', 'data'],
  models: ['files', 'layers', 'recursion', 'act'],
  trainer: ['files', 'layers', 'recursion', 'data', 'act', 'models', 'distributed'],
  'data-sudoku-maze': ['files', 'data'],
  'data-small-tasks': ['data'],
  'data-arc': ['files', 'data'],
  runtime: ['files'],
  distributed: [],
  weights: [],
};

/** All of @hrm/runtime but its entry for browsers, and what that one shares. */
const runtimeForNode =
  '^packages/runtime/(?!src/(browser/|wasm/|webgpu/(webgpu-adapter|webgpu-backend|report-gpu-errors)|backend/(?!select-)|compile/recording-error|native/native-setup-error|faster-wasm-kernels|replace-kernel))';

/** Sources that need Node: nearly all of @hrm/runtime, and entries that a package exports beside its main one. */
const nodeOnly = [
  runtimeForNode,
  '^packages/files/src/node[./]',
  '^packages/data(-sudoku-maze|-arc)?/src/files[./]',
  '^packages/trainer/src/checkpoint',
  '^packages/weights/src/index.ts',
  '^packages/distributed/src/mpi[./]',
];

/** An import of a package is seen as its built file, or by name when it is not built or not a dependency. */
const ofPackages = (names) => `^(packages/|@hrm/|.*node_modules/@hrm/)(${names.join('|')})(/|$)`;

/** What packages export, as `@hrm/trainer/checkpoint`, and what `hrm` does, for the laboratory, and @hrm/ui, for apps. */
const folders = [...Object.keys(mayImport).map((name) => `packages/${name}`), 'apps/reference-trainer', 'apps/ui'];
const entries = folders.flatMap((folder) => {
  const { name, exports } = require(`./${folder}/package.json`);
  return Object.keys(exports).map((entry) => `^${name}${entry.slice(1)}$`);
});

/** @hrm/ui exports its sources. */
const entriesOfUi = '^apps/ui/src/(index|line-chart|run-record)[.]ts$';

/** The whole of TensorFlow.js counts too: it brings two backends along. */
const backend = ['@tensorflow/tfjs-(backend|node)', '@tensorflow/tfjs(/|$)'];

const packageRules = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'no-other-package'}`,
  comment: `@hrm/${name} may import ${allowed.map((other) => `@hrm/${other}`).join(', ') || 'no other package of ours'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: ['^packages/', '@hrm/'], pathNot: [ofPackages([name, ...allowed])] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...packageRules,
    {
      name: 'unknown-package',
      comment: 'A new package states in .dependency-cruiser.cjs whom it may import.',
      severity: 'error',
      from: { path: '^packages/', pathNot: `^packages/(${Object.keys(mayImport).join('|')})/` },
      to: {},
    },
    {
      name: 'nobody-imports-an-app',
      comment: 'Apps compose the packages; what others need of an app belongs into a package.',
      severity: 'error',
      from: { pathNot: '^apps/' },
      to: { path: ['^apps/', '@hrm/(cli|laboratory|playground|run-page|ui)'] },
    },
    {
      name: 'only-the-laboratory-imports-an-app',
      comment:
        'The laboratory measures what `hrm` runs, so it imports that: @hrm/cli/internal. No other app may, ' +
        'nor `hrm` the laboratory. All apps share the colours and curves of @hrm/ui.',
      severity: 'error',
      from: { path: '^apps/(?!laboratory/)([^/]+)/' },
      to: {
        path: ['^apps/', '@hrm/(cli|laboratory|playground|run-page)'],
        pathNot: ['^apps/$1/', '^apps/ui/'],
      },
    },
    {
      name: 'no-command-imports-another',
      comment: 'A command is one file that only main.ts knows; what two commands need is no part of either.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/', pathNot: '^apps/[^/]+/src/main[.]ts$' },
      to: { path: '^apps/[^/]+/src/commands/' },
    },
    {
      name: 'no-deep-import',
      comment: 'Packages meet at what their package.json exports, never at a file in their src.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/', pathNot: '^(packages|apps)/[^/]+/test/' },
      to: {
        path: ['^(packages|apps)/[^/]+/(src|test)/', '@hrm/[^/]+/(src|dist|test)/'],
        pathNot: ['^$1/$2/', entriesOfUi],
      },
    },
    {
      name: 'no-deep-import-from-tests',
      comment: "Tests may share what a package's tests use, and nothing of its src.",
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/test/' },
      to: { path: ['^(packages|apps)/[^/]+/src/', '@hrm/[^/]+/(src|dist|test)/'], pathNot: ['^$1/$2/', entriesOfUi] },
    },
    {
      name: 'no-deep-import-from-examples',
      comment: 'An example or a template shows what a user can write: only what a package exports.',
      severity: 'error',
      from: { path: '^(examples|apps/create-hrm/templates)/' },
      to: { path: ['^(packages|apps)/[^/]+/(src|test)/', '@hrm/[^/]+/(src|dist|test)/'] },
    },
    {
      name: 'no-internal-entry-in-examples',
      comment: 'The entry `internal` of a package may change in any release: programs of users do without it.',
      severity: 'error',
      from: { path: '^(examples|apps/create-hrm/templates)/' },
      to: { path: ['^@hrm/[^/]+/internal$', '^packages/[^/]+/dist/internal[.]'] },
    },
    {
      name: 'no-backend-in-a-library',
      comment: 'The user chooses the backend of TensorFlow.js; only @hrm/runtime, apps, examples and tests name one.',
      severity: 'error',
      from: { path: '^packages/(?!runtime/)[^/]+/src/' },
      to: { path: backend },
    },
    {
      name: 'no-test-code-in-a-library',
      comment: 'Vitest, and the checks that a package offers for tests, are for its entry `testing` alone.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: '/src/testing[./]' },
      to: { path: ['(^|/)vitest(/|$)', '/src/testing[./]', '/dist/testing[.]', '^@hrm/[^/]+/testing$'] },
    },
    {
      name: 'no-undeclared-dependency',
      comment: 'A package imports only what its package.json names as a dependency or peer dependency.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer', 'npm'] },
    },
    {
      name: 'no-unresolvable-import',
      comment:
        'This import leads nowhere. (Our own packages count by name, and built files are let pass: they may not be there. ' +
        'What load-native.ts of @hrm/runtime requires lies in the native cache.)',
      severity: 'error',
      from: { pathNot: '^packages/runtime/src/native/load-native[.]ts$' },
      to: { couldNotResolve: true, pathNot: [...entries, '[.][.]/dist/'] },
    },
    {
      name: 'no-circular-import',
      comment: 'Files that import each other, if only types, cannot be read one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-node-in-browser-code',
      comment:
        'Everything but apps, the Node-only entries and @hrm/runtime for Node runs in a browser: no module of Node.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: nodeOnly },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-node-only-module-in-browser-code',
      comment: 'Browser code imports no module that needs Node, such as an entry for files.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: nodeOnly },
      to: {
        dependencyTypesNot: ['type-only'],
        path: [
          ...nodeOnly,
          '^@hrm/(files/node|data(-sudoku-maze|-arc)?/files|trainer/checkpoint|distributed/mpi|runtime)',
          '/dist/(node|files|checkpoint)[.]',
        ],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
