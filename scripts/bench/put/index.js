const { contracts } = require('@drl/chaincode');
const { Contract } = require('fabric-contract-api');

/** The least that a contract can write, beside the project's own: what the network itself costs. */
class Put extends Contract {
  constructor() {
    super('put');
  }

  async put(ctx, argument) {
    const { input } = JSON.parse(argument);
    await ctx.stub.putState(input.key, Buffer.from(input.value));
    return input.key;
  }
}

module.exports.contracts = [...contracts, Put];
