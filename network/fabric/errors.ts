/** The network's own family of errors: a closed list, each with what to do, in Chinese and English. */
const TEXTS = {
  BINARY_MISSING: { en: 'A Fabric program was not found', zh: '找不到 Fabric 程序' },
  BINARY_VERSION: { en: 'A Fabric program is of a version that this network does not run on', zh: 'Fabric 程序的版本不在支持范围内' },
  PORT_IN_USE: { en: 'A port that the network needs is held by another process', zh: '网络所需的端口已被其他进程占用' },
  STALE_PROCESS: {
    en: 'A Fabric process of another run holds a port that the network needs',
    zh: '之前遗留的 Fabric 进程占用了网络所需的端口',
  },
  CERTIFICATE_EXPIRED: {
    en: 'A certificate has run out; renew with `drl network renew`',
    zh: '证书已过期，请运行 `drl network renew` 更新',
  },
  NETWORK_BUSY: { en: 'Another command is working on this network directory', zh: '另一个命令正在操作该网络目录' },
  NETWORK_ABSENT: {
    en: 'There is no network in this directory; `drl network up` makes one',
    zh: '该目录中没有网络，请先运行 `drl network up`',
  },
  NETWORK_DOWN: {
    en: 'A node that this command needs is not running; `drl network up` starts it',
    zh: '所需节点未运行，请先运行 `drl network up`',
  },
  NETWORK_UNREADABLE: { en: 'The network directory holds a network.json that cannot be read', zh: '网络目录中的 network.json 无法读取' },
  CONSORTIUM_CHANGED: {
    en: 'The consortium file no longer fits the network that is there; organisations are added with `drl network add-org`',
    zh: '联盟文件与现有网络不一致；新增组织请使用 `drl network add-org`',
  },
  ORGANISATION_INVALID: { en: 'The organisation cannot be added', zh: '无法加入该组织' },
  NODE_FAILED: { en: 'A node ended or did not become ready', zh: '节点退出或未能就绪' },
  CA_REFUSED: { en: 'The certificate authority refused', zh: '证书颁发机构拒绝了请求' },
  IDENTITY_INVALID: { en: 'The identity asked for is not one that may be enrolled', zh: '所申请的身份不符合要求' },
  COMMAND_FAILED: { en: 'A Fabric command failed', zh: 'Fabric 命令执行失败' },
  TIMED_OUT: { en: 'The network did not get there in time', zh: '网络未在限定时间内完成' },
  CHAINCODE_ABSENT: { en: 'The chaincode is not built', zh: '链码尚未构建' },
  BAD_ARGUMENT: { en: 'The command was not understood', zh: '无法识别该命令' },
} as const;

export type NetworkErrorCode = keyof typeof TEXTS;

export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly zh: string;
  constructor(
    readonly code: NetworkErrorCode,
    readonly detail: string,
  ) {
    super(`${code}: ${TEXTS[code].en}: ${detail}`);
    this.zh = `${code}：${TEXTS[code].zh}：${detail}`;
  }
}
