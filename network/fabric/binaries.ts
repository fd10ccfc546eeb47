import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from './errors.js';
import { bareEnvironment, fabricSettings } from './settings.js';

/** Where the official releases are described. Nothing is downloaded from here: which build to trust is the operator's decision. */
export const INSTALL_PAGE = 'https://hyperledger-fabric.readthedocs.io/en/release-2.5/install.html';

const WANTED = {
  peer: { arguments: ['version'], range: '2.5' },
  orderer: { arguments: ['version'], range: '2.5' },
  configtxgen: { arguments: ['-version'], range: '2.5' },
  configtxlator: { arguments: ['version'], range: '2.5' },
  'fabric-ca-server': { arguments: ['version'], range: '1.5' },
} as const;

export type BinaryName = keyof typeof WANTED;

export interface BinaryReport {
  name: BinaryName;
  /** The range that the network is tried with, as in `2.5.x`. */
  wanted: string;
  path?: string;
  version?: string;
  state: 'ok' | 'unversioned' | 'missing' | 'out-of-range' | 'unusable';
}

export interface BinariesReport {
  ok: boolean;
  binaries: BinaryReport[];
  lookedIn: string[];
  /** Accepted, but worth a word: builds outside the official one do not know their own version. */
  warnings: string[];
  /** What is missing or out of range, one line each. */
  problems: string[];
}

export type Binaries = Record<BinaryName, string>;

function locate(name: string, dirs: string[]): string | undefined {
  return dirs
    .map((dir) => join(dir, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

/** `Version: v2.5.16` officially; `development build` or `latest` where the build did not set it. */
export function judgeVersion(output: string, range: string): Pick<BinaryReport, 'state' | 'version'> {
  const version = /Version:\s*v?(.+?)\s*$/m.exec(output)?.[1];
  if (version === undefined) return { state: 'unusable' };
  if (/^(development build|latest)$/i.test(version)) return { state: 'unversioned', version };
  return { state: version === range || version.startsWith(`${range}.`) ? 'ok' : 'out-of-range', version };
}

function examine(name: BinaryName, dirs: string[]): BinaryReport {
  const { arguments: args, range } = WANTED[name];
  const wanted = `${range}.x`;
  const path = locate(name, dirs);
  if (path === undefined) return { name, wanted, state: 'missing' };
  const { stdout, stderr } = spawnSync(path, [...args], { timeout: 10_000, env: bareEnvironment(), encoding: 'utf8' });
  return { name, wanted, path, ...judgeVersion(`${stdout ?? ''}\n${stderr ?? ''}`, range) };
}

function problem(b: BinaryReport): string[] {
  if (b.state === 'missing') return [`${b.name} ${b.wanted} was not found`];
  if (b.state === 'unusable') return [`${b.path} does not tell its version`];
  if (b.state === 'out-of-range') return [`${b.path} is ${b.version}, ${b.wanted} is wanted`];
  return [];
}

/** What is there, which version, and whether it is in range. Starts each program once, to ask it. */
export function reportBinaries(dirs: string[] = fabricSettings().binDirs): BinariesReport {
  const binaries = (Object.keys(WANTED) as BinaryName[]).map((name) => examine(name, dirs));
  const problems = binaries.flatMap(problem);
  const warnings = binaries
    .filter((b) => b.state === 'unversioned')
    .map((b) => `${b.path} calls itself "${b.version}"; taken for ${b.wanted}`);
  return { ok: problems.length === 0, binaries, lookedIn: [...new Set(dirs)], warnings, problems };
}

/** The programs' paths; throws BINARY_MISSING or BINARY_VERSION with every program at fault. */
export function requireBinaries(report: BinariesReport): Binaries {
  if (!report.ok) {
    const missing = report.binaries.some((b) => b.state === 'missing');
    throw new NetworkError(
      missing ? 'BINARY_MISSING' : 'BINARY_VERSION',
      `${report.problems.join('; ')}. Looked in FABRIC_BIN and PATH: ${report.lookedIn.join(', ')}. The official releases are described at ${INSTALL_PAGE}`,
    );
  }
  return Object.fromEntries(report.binaries.map((b) => [b.name, b.path as string])) as Binaries;
}
