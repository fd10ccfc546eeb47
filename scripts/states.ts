import { writeFileSync } from 'node:fs';
import type { Language } from '@drl/chaincode/model/words';
import { files, statesDocument } from './states/draw.js';

for (const [language, file] of Object.entries(files)) {
  writeFileSync(file, statesDocument(language as Language));
  process.stdout.write(`${file}\n`);
}
