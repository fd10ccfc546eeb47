/** One configuration: sources are compiled by swc as they are loaded, so a test needs no build (test/e2e, which runs the built service, does). */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(t|m?j)s$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  // @noble/hashes, jose and level's helpers ship ES modules only; jest loads CommonJS.
  transformIgnorePatterns: ['node_modules/(?!(@noble|jose)/)'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@drl/chaincode$': '<rootDir>/chaincode/src/index',
    '^@drl/chaincode/(.*)$': '<rootDir>/chaincode/src/$1',
    '^@drl/network/(.*)$': '<rootDir>/network/$1',
    '^@drl/gateway/(.*)$': '<rootDir>/gateway/src/$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  testTimeout: 180_000,
  maxWorkers: 2,
};
