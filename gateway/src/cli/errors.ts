import { type Texts, t } from './terminal.js';

/** Why a command did not do what it was asked: a closed list. 1: refused or failed; 2: not understood, or not readable. */
export const cliCodes = {
  USAGE: { exit: 2, zh: '命令用法有误', en: 'The command is not used as it should be' },
  NO_TOKEN: { exit: 2, zh: '未给出凭证：请用 DRL_TOKEN、--token 或 --as', en: 'No credential: give DRL_TOKEN, --token or --as' },
  NO_SUCH_USER: { exit: 2, zh: '演示用户中没有此人', en: 'There is no such demonstration user' },
  NO_DEMO_USERS: {
    exit: 2,
    zh: '找不到演示用户文件，服务启动过吗？',
    en: 'There are no demonstration users; has the service been started?',
  },
  FILE_UNREADABLE: { exit: 2, zh: '无法读取文件', en: 'The file cannot be read' },
  FILE_UNWRITABLE: { exit: 1, zh: '无法写入文件', en: 'The file cannot be written' },
  UNREACHABLE: { exit: 1, zh: '无法连接服务，它在运行吗？', en: 'The service cannot be reached; is it running?' },
  REFUSED: { exit: 1, zh: '服务拒绝了请求', en: 'The service refused' },
  NOT_FOUND: { exit: 1, zh: '没有找到', en: 'There is no such thing' },
  LIKELY_DUPLICATE: {
    exit: 1,
    zh: '可能已有同样的需求：可用 drl demand join 共同提出，或加 --anyway 仍然提出',
    en: 'The same may be asked for already: drl demand join it, or file with --anyway',
  },
  BROKEN_OFF: { exit: 1, zh: '应答中断', en: 'The answer broke off' },
  MISMATCHED: { exit: 1, zh: '收到的与提供方所称不一致', en: 'What arrived is not what the provider says it sent' },
  RUNNING: { exit: 1, zh: '数据目录正被使用，请先停止服务', en: 'The data directory is in use; stop the service first' },
  MAPPING_TOO_LARGE: { exit: 2, zh: '映射文件过大', en: 'The mapping is too large' },
} as const satisfies Record<string, Texts & { exit: 1 | 2 }>;
export type CliCode = keyof typeof cliCodes;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: 1 | 2;
  constructor(
    readonly code: CliCode,
    readonly detail = '',
  ) {
    super(`${code}: ${t(cliCodes[code])}${detail ? ` (${detail})` : ''}`);
    this.exit = cliCodes[code].exit;
  }
}
