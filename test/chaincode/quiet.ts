/** fabric-shim logs every refusal as an error, and reads its level as it loads: imported before it. */
process.env.CORE_CHAINCODE_LOGGING_LEVEL = 'CRITICAL';
