#!/usr/bin/env node
// The `drl` command. In a fresh checkout it first builds what is missing, as `npm start` does.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'cli', 'main.js');
const setUp = join(__dirname, '..', '..', 'scripts', 'run.mjs');
if (!existsSync(main) && existsSync(setUp)) {
  const { status } = spawnSync(process.execPath, [setUp, 'ensure'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
require(main)
  .run(process.argv.slice(2))
  .then((code) => {
    // Not process.exit: what is still being written to a pipe would be lost.
    process.exitCode = code;
  });
