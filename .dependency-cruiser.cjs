/** The arrows of the house, kept by a tool. Paths of our own packages are `src` here and `dist` where another workspace imports them. */
const model = '^chaincode/(src|dist)/model/';
const adapters = '^gateway/src/ledger/(embedded|fabric)';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'model-is-pure',
      comment: 'The model runs on peers, in the gateway and in a browser: nothing but zod and @noble/hashes.',
      severity: 'error',
      from: { path: model },
      to: { pathNot: [model, '^node_modules/(zod|@noble/hashes)/'] },
    },
    {
      name: 'chaincode-is-self-contained',
      severity: 'error',
      from: { path: '^chaincode/src/' },
      to: { path: '^(gateway|network|scripts|test)/' },
    },
    {
      name: 'block-stands-alone',
      severity: 'error',
      from: { path: '^network/block/' },
      to: { path: '^(chaincode|gateway|scripts|test|network/(?!block/))' },
    },
    {
      name: 'engines-know-no-gateway',
      severity: 'error',
      from: { path: '^network/' },
      to: { path: '^(gateway|scripts|test)/' },
    },
    {
      name: 'readmodel-and-evidence-read-blocks',
      comment: 'They cannot tell which engine they stand on: blocks and the model are all they know.',
      severity: 'error',
      from: { path: '^gateway/src/(readmodel|evidence)/' },
      to: { path: '^(gateway/src/(http|usecases|cli|delivery|import|demo)/|network/(dist/)?(embedded|fabric)/)|' + adapters },
    },
    {
      name: 'usecases-know-no-http',
      severity: 'error',
      from: { path: '^gateway/src/usecases/' },
      to: { path: '^gateway/src/(http|cli)/' },
    },
    {
      name: 'only-main-names-adapters',
      severity: 'error',
      from: { path: '^gateway/src/', pathNot: ['^gateway/src/main\\.ts$', adapters] },
      to: { path: adapters },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['^[a-z]+/dist/.*\\.d\\.ts$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'node', 'require', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};
