/** Lets a child process run the sources as jest does: TypeScript by swc, the packages' names mapped to their folders. */
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const root = resolve(__dirname, '../..');
const folders = { '@drl/chaincode': 'chaincode/src', '@drl/network': 'network', '@drl/gateway': 'gateway/src' };
const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, sourceMaps: 'inline' };

require.extensions['.ts'] = (module, file) =>
  module._compile(transformSync(readFileSync(file, 'utf8'), { ...options, filename: file }).code, file);

const original = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const [, name, path = ''] = /^(@drl\/[a-z]+)(\/.*)?$/.exec(request) ?? [];
  if (name) return original.call(this, resolve(root, `${folders[name]}${path || '/index'}.ts`), parent, ...rest);
  const source = request.startsWith('.') && request.endsWith('.js') && parent?.path && resolve(parent.path, `${request.slice(0, -3)}.ts`);
  return original.call(this, source && existsSync(source) ? source : request, parent, ...rest);
};
