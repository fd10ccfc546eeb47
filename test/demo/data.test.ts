import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWorkingDay, workingDaysAfter } from '@drl/chaincode/model/calendar';
import { personalDataFaults } from '@drl/chaincode/model/personalData';
import { transactions } from '@drl/chaincode/model/transactions';
import { purposes, themes } from '@drl/chaincode/model/vocabularies';
import { DEMO_FILES, readDemonstration } from '@drl/gateway/demo/data';
import { momentReader } from '@drl/gateway/demo/moments';
import { cutPayload } from '@drl/gateway/demo/payload';
import { stepsOf } from '@drl/gateway/demo/steps';
import { demoUsers } from '@drl/gateway/demo/users';
import { readConsortium } from '@drl/network/consortium';
import fc from 'fast-check';

const consortium = readConsortium(join(__dirname, '..', '..', 'network', 'consortium.yaml'));
const calendar = { timeZone: consortium.timeZone, ...consortium.rules };
const demo = readDemonstration();

test('moments are working days before today, and the channel’s deadlines count them back', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2026-01-02'), max: new Date('2029-12-31'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 40 }),
      (now, back) => {
        const moment = momentReader(now, calendar);
        const at = new Date(moment(`-${back} 09:30`));
        expect(at.getTime()).toBeLessThan(now.getTime());
        const local = new Intl.DateTimeFormat('sv-SE', { timeZone: calendar.timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
        expect(local.slice(11)).toBe('09:30');
        expect(isWorkingDay(local.slice(0, 10), calendar)).toBe(true);
        // The day n working days after day -n is the first working day that is not before today.
        if (back > 1)
          expect(workingDaysAfter(at.toISOString(), back - 1, calendar).slice(0, 10)).toBe(
            new Date(moment('-1 23:59')).toISOString().slice(0, 10),
          );
      },
    ),
    { numRuns: 50 },
  );
});

describe('the demonstration’s data', () => {
  const steps = stepsOf(demo, momentReader(new Date('2026-06-15T10:00:00+08:00'), calendar));
  const ids = (key: string) => `key-${key.replaceAll(/[^a-z0-9-]/g, '-')}`;

  test('every step is what its transaction takes, and holds nobody’s number', () => {
    for (const step of steps) {
      const input = step.input(ids);
      expect(transactions[step.name].safeParse(input).error).toBeUndefined();
      expect(personalDataFaults(input)).toEqual([]);
    }
  });

  test('every step speaks of records made before it, at an earlier moment', () => {
    const made = new Map<string, number>();
    for (const step of steps) {
      step.input((key) => {
        expect(made.get(key) ?? Number.POSITIVE_INFINITY).toBeLessThan(step.at);
        return ids(key);
      });
      if (step.saves) made.set(step.saves, step.at);
    }
  });

  test('everyone who acts is among the users, two departments at least have steward and consumer', () => {
    const users = demoUsers(consortium);
    const names = new Set(users.map((u) => u.name));
    for (const step of steps) expect(names).toContain(step.as);
    for (const role of ['manager', 'auditor', 'steward', 'consumer'] as const) expect(users.some((u) => u.roles.includes(role))).toBe(true);
    expect(users.find((u) => u.roles.includes('auditor'))?.auditScope).toBe('all');
  });

  test('30 to 60 assets of ten departments, in words that the vocabularies know', () => {
    expect(demo.assets.length).toBeGreaterThanOrEqual(30);
    expect(demo.assets.length).toBeLessThanOrEqual(60);
    for (const asset of demo.assets) expect(themes.map((t) => t.id)).toContain(asset.theme);
    for (const { want, theme, purpose } of demo.demands) {
      expect([want.zh, want.en].every(Boolean)).toBe(true);
      expect(themes.map((t) => t.id)).toContain(theme);
      expect(purposes.map((t) => t.id)).toContain(purpose);
    }
    for (const grant of demo.grants) expect(purposes.map((t) => t.id)).toContain(grant.purpose);
    for (const { title, description } of demo.assets)
      expect([title.zh, title.en, description?.zh, description?.en].every(Boolean)).toBe(true);
  });

  test('resource files hold the columns that their assets name, and nobody’s number', () => {
    for (const { file, elements } of demo.assets) {
      if (!file) continue;
      const text = readFileSync(join(DEMO_FILES, file), 'utf8');
      const [header, ...rows] = text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(','));
      expect(header).toEqual(elements.map(([name]) => name));
      expect(rows.every((row) => row.length === elements.length)).toBe(true);
      expect(personalDataFaults(text.split('\n'))).toEqual([]);
    }
  });

  test('a payload is cut to its elements, and a damaged one differs', () => {
    const whole = cutPayload('population.csv', ['personCode', 'name'], 3, 10);
    expect(whole.rows).toBe(10);
    expect(cutPayload('population.csv', ['personCode', 'name'], 3, 10)).toEqual(whole);
    expect(cutPayload('population.csv', ['personCode', 'name'], 3, 10, true).payloadHash).not.toBe(whole.payloadHash);
    expect(() => cutPayload('population.csv', ['income'], 0, 1)).toThrow('income');
  });
});
