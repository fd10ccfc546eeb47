/**
 * fabric-shim reads its log level as it loads, so this is imported before it. Not CRITICAL: the level it maps that to is unknown to winston,
 * which then formats every debug line. Refusals are errors to it, and many here: its one talkative logger is silenced.
 */
process.env.CORE_CHAINCODE_LOGGING_LEVEL = 'ERROR';
require('fabric-shim/lib/logger').getLogger('contracts-spi/chaincodefromcontract.js').silent = true;
