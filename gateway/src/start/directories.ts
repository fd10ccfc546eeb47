import { join } from 'node:path';

/** Everything that the service keeps lies under one directory. */
export const directories = (dataDir: string) => ({
  ledger: join(dataDir, 'ledger'),
  readModel: join(dataDir, 'readmodel'),
  journal: join(dataDir, 'journal'),
  probes: join(dataDir, 'probes'),
  guesses: join(dataDir, 'guesses'),
  questions: join(dataDir, 'questions'),
  fingerprints: join(dataDir, 'fingerprints'),
  subjects: join(dataDir, 'subjects'),
  inbox: join(dataDir, 'inbox'),
  webhooks: join(dataDir, 'webhooks'),
  wallet: join(dataDir, 'wallet'),
  trust: join(dataDir, 'trust'),
});
