// A rule that cannot fail is no rule: plants an import against each arrow, runs dependency-cruiser on it, and fails if it stays silent.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

const plants = [
  ['chaincode/src/model/planted.ts', "import '../contract/base.js';\n", 'model-is-pure'],
  ['chaincode/src/model/planted.ts', "import 'node:fs';\n", 'model-is-pure'],
  ['network/block/planted.ts', "import '../embedded/ca.js';\n", 'block-stands-alone'],
  ['gateway/src/usecases/planted.ts', "import '../ledger/embedded.js';\n", 'only-main-names-adapters'],
  ['gateway/src/usecases/planted.ts', "import '../http/app.js';\n", 'usecases-know-no-http'],
];
let silent = 0;
// What a run that was killed left behind would be found by the arrows themselves.
for (const [file] of plants) rmSync(file, { force: true });
for (const [file, text, rule] of plants) {
  writeFileSync(file, text, { flag: 'wx' });
  try {
    const { stdout } = spawnSync('npx', ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', file], {
      encoding: 'utf8',
    });
    if (!stdout.includes(rule)) {
      process.stderr.write(`${rule} did not see ${text.trim()} in ${file}\n`);
      silent += 1;
    }
  } finally {
    rmSync(file);
  }
}
process.exit(silent === 0 ? 0 : 1);
