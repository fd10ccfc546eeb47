import { createRequire } from 'node:module';

/**
 * Two things that fabric-shim does for every invocation and every message, and that nobody needs: together a third of a chaincode process's
 * time. Loaded with the contracts, so that every peer's process has it, however its operator starts it.
 */

const LOGGERS = {
  'fabric-shim/lib/logger': [
    'lib/handler.js',
    'lib/stub.js',
    'lib/chaincode.js',
    'lib/iterators.js',
    'lib/server.js',
    'contracts-spi/chaincodefromcontract.js',
    'contracts-spi/datamarshall.js',
  ],
  'fabric-contract-api/lib/logger': ['./lib/jsontransactionserializer.js', './lib/contract.js'],
};
const LEVELS = ['debug', 'info', 'warn'] as const;

type Logger = Record<(typeof LEVELS)[number], () => void> & { isLevelEnabled(level: string): boolean };

/** winston formats every line before it asks whether anybody wants it: what CORE_CHAINCODE_LOGGING_LEVEL leaves out is not even begun. */
function beginNoLineInVain(): void {
  for (const [module, names] of Object.entries(LOGGERS)) {
    const { getLogger } = require(module) as { getLogger(name: string): Logger };
    for (const name of names) {
      const logger = getLogger(name);
      for (const level of LEVELS) if (!logger.isLevelEnabled(level)) logger[level] = () => undefined;
    }
  }
}

const CERTIFICATES = 1000;

/** fabric-shim parses the caller's certificate for every invocation; callers are few. State: certificates parsed. */
function rememberCertificates(): void {
  const { Certificate } = createRequire(require.resolve('fabric-shim'))('@fidm/x509') as { Certificate: { fromPEM(pem: Buffer): unknown } };
  const parse = Certificate.fromPEM.bind(Certificate);
  const known = new Map<string, unknown>();
  Certificate.fromPEM = (pem) => {
    const name = pem.toString();
    const found = known.get(name) ?? parse(pem);
    if (known.size >= CERTIFICATES) known.clear();
    known.set(name, found);
    return found;
  };
}

beginNoLineInVain();
rememberCertificates();
