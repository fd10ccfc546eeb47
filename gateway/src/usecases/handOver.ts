import { peerFor } from './askPeer.js';
import { type Delivery, type DeliveryRequest, deliver } from './deliver.js';
import { deliverFromPeer } from './deliverFromPeer.js';
import type { Services } from './services.js';
import { readVisible } from './visibility.js';
import type { Who } from './who.js';

/** Who may: as `deliver` says. From here where the provider's identity is, else from its own gateway. */
export async function handOver(services: Services, who: Who, request: DeliveryRequest): Promise<Delivery> {
  const grant = await readVisible(services.readModel, who.caller, 'grant', request.grant);
  const address = peerFor(services, who, grant);
  return address === undefined ? deliver(services, who, request) : deliverFromPeer(services, who, grant, address, request);
}
