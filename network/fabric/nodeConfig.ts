import { join } from 'node:path';
import { stringify } from 'yaml';
import { ownFile } from './context.js';
import { writeFileSafely } from './files.js';
import { tlsCertFile, tlsKeyFile } from './msp.js';
import { HOST, paths } from './paths.js';
import type { ProcessSpec } from './processes.js';
import { bareEnvironment } from './settings.js';
import type { OrdererState, OrganisationState, PeerState } from './state.js';

const listen = (port: number): string => `127.0.0.1:${port}`;
const dial = (port: number): string => `${HOST}:${port}`;
const BCCSP = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };
/** Warnings only, and without terminal colours: the log is a file. */
const LOGGING = {
  FABRIC_LOGGING_SPEC: 'warning',
  FABRIC_LOGGING_FORMAT: '%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}',
};
const MESSAGE_LIMIT = 100 * 1024 * 1024;

/** Operations answer over TLS too; all but health and version want a certificate of the node's own organisation. */
const operations = (port: number, folder: string, root: string) => ({
  listenAddress: listen(port),
  tls: {
    enabled: true,
    cert: { file: tlsCertFile(folder) },
    key: { file: tlsKeyFile(folder) },
    clientAuthRequired: true,
    clientRootCAs: { files: [root] },
  },
});

function peerConfig(dir: string, organisation: OrganisationState, peer: PeerState): object {
  const tls = paths.nodeTls(dir, peer.name);
  const root = paths.caCert(dir, peer.mspId);
  const sibling = organisation.peers.find((p) => p.name !== peer.name) ?? peer;
  return {
    peer: {
      id: peer.name,
      networkId: 'data-rights',
      listenAddress: listen(peer.port),
      address: dial(peer.port),
      chaincodeListenAddress: listen(peer.chaincodeListenPort),
      chaincodeAddress: dial(peer.chaincodeListenPort),
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '2m' },
      keepalive: {
        interval: '7200s',
        timeout: '20s',
        minInterval: '10s',
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      gossip: {
        bootstrap: dial(sibling.port),
        externalEndpoint: dial(peer.port),
        // Every peer draws blocks from the ordering service itself: none waits for another, which may be down.
        useLeaderElection: false,
        orgLeader: true,
        // The defaults are made for wide networks: with them discovery took 36 s to find every peer, with these up to 3 s.
        reconnectInterval: '2s',
        publishStateInfoInterval: '2s',
        requestStateInfoInterval: '2s',
        aliveTimeInterval: '3s',
        aliveExpirationTimeout: '15s',
        publishCertPeriod: '2s',
        state: { enabled: false },
        pvtData: {
          // How long a block waits for private data that its endorser did not hand on; the reconciler fetches it later.
          pullRetryThreshold: '5s',
          // Else whoever submits void transactions that name a collection holds up its peers for that long, block after block.
          skipPullingInvalidTransactionsDuringCommit: true,
          reconcileSleepInterval: '10s',
          reconciliationEnabled: true,
          reconcileBatchSize: 10,
          btlPullMargin: 10,
          pushAckTimeout: '3s',
          transientstoreMaxBlockRetention: 1000,
          implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
        },
      },
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: tlsCertFile(tls) },
        key: { file: tlsKeyFile(tls) },
        rootcert: { file: root },
        clientRootCAs: { files: [root] },
      },
      authentication: { timewindow: '15m' },
      fileSystemPath: paths.nodeData(dir, peer.name),
      BCCSP,
      mspConfigPath: paths.nodeMsp(dir, peer.name),
      localMspId: peer.mspId,
      client: { connTimeout: '5s' },
      // The default lets the wait between two attempts grow to an hour.
      deliveryclient: {
        blockGossipEnabled: false,
        reconnectTotalTimeThreshold: '87600h',
        connTimeout: '3s',
        reConnectBackoffThreshold: '2s',
      },
      localMspType: 'bccsp',
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      maxRecvMsgSize: MESSAGE_LIMIT,
      maxSendMsgSize: MESSAGE_LIMIT,
    },
    // No container engine: chaincode runs as a service.
    vm: { endpoint: '' },
    chaincode: {
      mode: 'net',
      keepalive: 0,
      installTimeout: '60s',
      startuptimeout: '30s',
      executetimeout: '30s',
      externalBuilders: [{ name: 'drl-ccaas', path: ownFile('builder'), propagateEnvironment: ['DRL_CHAINCODE_CONNECTION'] }],
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'warning', shim: 'warning' },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: join(paths.nodeData(dir, peer.name), 'snapshots') },
    },
    operations: operations(peer.operationsPort, tls, root),
    metrics: { provider: 'prometheus' },
  };
}

function ordererConfig(dir: string, orderer: OrdererState): object {
  const tls = paths.nodeTls(dir, orderer.name);
  const data = paths.nodeData(dir, orderer.name);
  const root = paths.caCert(dir, orderer.mspId);
  const pair = { Enabled: true, PrivateKey: tlsKeyFile(tls), Certificate: tlsCertFile(tls) };
  const closed = { ...pair, ClientAuthRequired: true, ClientRootCAs: [root] };
  return {
    General: {
      ListenAddress: '127.0.0.1',
      ListenPort: orderer.port,
      TLS: { ...pair, RootCAs: [root], ClientAuthRequired: false },
      Keepalive: { ServerMinInterval: '10s', ServerInterval: '7200s', ServerTimeout: '20s' },
      MaxRecvMsgSize: MESSAGE_LIMIT,
      MaxSendMsgSize: MESSAGE_LIMIT,
      // A dead leader is noticed within this time instead of 7 s.
      Cluster: {
        SendBufferSize: 100,
        ClientCertificate: tlsCertFile(tls),
        ClientPrivateKey: tlsKeyFile(tls),
        RPCTimeout: '1s',
        DialTimeout: '5s',
      },
      BootstrapMethod: 'none',
      LocalMSPDir: paths.nodeMsp(dir, orderer.name),
      LocalMSPID: orderer.mspId,
      BCCSP,
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: join(data, 'ledger') },
    Operations: { ListenAddress: listen(orderer.operationsPort), TLS: closed },
    Metrics: { Provider: 'prometheus' },
    Admin: { ListenAddress: listen(orderer.adminPort), TLS: closed },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '4 MB' },
    Consensus: { WALDir: join(data, 'etcdraft', 'wal'), SnapDir: join(data, 'etcdraft', 'snapshot') },
  };
}

/** Written anew at every start, so that a better setting reaches a network that is there; ports and keys never change here. */
export function peerProcess(dir: string, organisation: OrganisationState, peer: PeerState, binary: string): ProcessSpec {
  const cwd = paths.node(dir, peer.name);
  writeFileSafely(join(cwd, 'core.yaml'), stringify(peerConfig(dir, organisation, peer)));
  const env = { FABRIC_CFG_PATH: cwd, ...LOGGING, DRL_CHAINCODE_CONNECTION: paths.chaincodeConnection(dir, peer.name) };
  return { name: peer.name, command: binary, args: ['node', 'start'], env: { ...bareEnvironment(), ...env }, cwd };
}

export function ordererProcess(dir: string, orderer: OrdererState, binary: string): ProcessSpec {
  const cwd = paths.node(dir, orderer.name);
  writeFileSafely(join(cwd, 'orderer.yaml'), stringify(ordererConfig(dir, orderer)));
  return {
    name: orderer.name,
    command: binary,
    args: [],
    env: { ...bareEnvironment(), FABRIC_CFG_PATH: cwd, ...LOGGING },
    cwd,
  };
}
