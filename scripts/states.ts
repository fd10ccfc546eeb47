import { writeFileSync } from 'node:fs';
import { files, statesDocument } from './states/draw.js';
import type { Language } from './states/words.js';

for (const [language, file] of Object.entries(files)) {
  writeFileSync(file, statesDocument(language as Language));
  process.stdout.write(`${file}\n`);
}
