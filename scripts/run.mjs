// The front door of `npm start`, `npm test`, `npm run bench`, `npm run check` and `npx drl`: sets up what is missing, says so, and goes on.
// Plain JavaScript on Node's own modules: it runs before anything is installed or built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const say = (line) => process.stderr.write(`${line}\n`);

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options });
  if (done.error) throw done.error;
  return done.status ?? 1;
}

function must(what, command, args) {
  const status = run(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    say(`${what} failed (exit ${status}); see above.`);
    process.exit(status);
  }
}

/** Whether node_modules holds what the lockfile says: npm keeps its own record of what it installed. */
function installed() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(want).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') || entry.link || entry.optional || entry.devOptional || have[path]?.version === entry.version,
  );
}

function ensure() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Node ${process.versions.node} is too old: Data Rights Ledger needs Node 20.19 or newer.`);
    process.exit(1);
  }
  if (!installed()) {
    say('Installing the packages that package-lock.json names (npm ci); the first time takes a minute …');
    must('npm ci', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const built = existsSync(join(root, 'gateway', 'dist', 'main.js'));
  if (!built) say('Building (tsc -b) …');
  must('The build', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
}

function test(args) {
  const scratch = mkdtempSync(join(tmpdir(), 'drl-test-'));
  const report = join(scratch, 'report.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const status = run(process.execPath, [jest, '--json', `--outputFile=${report}`, ...args], { stdio: ['inherit', 2, 2] });
  if (existsSync(report)) summary(JSON.parse(readFileSync(report, 'utf8')));
  rmSync(scratch, { recursive: true, force: true });
  process.exit(status);
}

/** The two closing lines: counts, and whether real Fabric was in the run. */
function summary({ numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, testResults }) {
  const onFabric = testResults.filter(({ name }) => /[./\\]fabric[./\\]/.test(name)).flatMap(({ assertionResults }) => assertionResults);
  const ran = onFabric.some(({ status }) => status === 'passed' || status === 'failed');
  // A suite that could not even load counts as a failure, not as silence.
  const failed = Math.max(numFailedTests, numFailedTestSuites);
  process.stdout.write(`tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`);
  process.stdout.write(`real Fabric: ${ran ? 'ran' : `skipped, ${whyNot(onFabric.length)}`}\n`);
}

function whyNot(tests) {
  if (tests === 0) return 'no test on real Fabric was asked for';
  const { reportBinaries } = require(join(root, 'network', 'dist', 'fabric', 'binaries.js'));
  const { problems } = reportBinaries();
  return problems.length > 0 ? problems.join('; ') : 'the tests on real Fabric were filtered out';
}

function check() {
  const steps = [
    ['format and lint', 'npm', ['run', '--silent', 'lint']],
    ['types', 'npm', ['run', '--silent', 'types']],
    ['a planted wrong arrow is found', process.execPath, ['scripts/plantedArrow.mjs']],
    ['arrows', 'npm', ['run', '--silent', 'arrows']],
    ['unused code', 'npm', ['run', '--silent', 'unused']],
  ];
  const failed = steps.filter(([what, command, args]) => {
    say(`— ${what}`);
    return run(command, args) !== 0;
  });
  if (failed.length > 0) say(`check failed: ${failed.map(([what]) => what).join(', ')}`);
  process.exit(failed.length === 0 ? 0 : 1);
}

const programs = { bench: 'bench.js', 'bench:fabric': 'bench/fabric.js', faults: 'faults.js', states: 'states.js' };
const [command = 'start', ...args] = process.argv.slice(2);
process.chdir(root);
ensure();
if (command === 'start') require(join(root, 'gateway', 'dist', 'main.js')).main();
else if (command === 'test') test(args);
else if (command === 'check') check();
else if (command === 'drl') process.exit(run(process.execPath, [join(root, 'gateway', 'bin', 'drl.cjs'), ...args]));
else if (command in programs) process.exit(run(process.execPath, [join(root, 'scripts', 'dist', programs[command]), ...args]));
else if (command !== 'ensure') {
  say(`unknown command ${command}: start, test, check, drl, ${Object.keys(programs).join(', ')} or ensure`);
  process.exit(2);
}
