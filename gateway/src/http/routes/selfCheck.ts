import { csvOf } from '../../report/csv.js';
import { htmlOf } from '../../report/html.js';
import { pdfOf } from '../../report/pdf.js';
import type { Report } from '../../report/report.js';
import { checks } from '../../selfcheck/checks.js';
import type { SelfFinding } from '../../selfcheck/findings.js';
import { reportOf } from '../../selfcheck/report.js';
import { selfCheckDepartment } from '../../usecases/selfCheckDepartment.js';
import { type Call, endpoint } from '../endpoint.js';
import { text, whole } from '../query.js';
import { selfCheck as schema } from '../schemas.js';
import { z } from '../zod.js';

const forms: Readonly<Record<string, { readonly mediaType: string; readonly of: (report: Report) => string | Promise<Buffer> }>> = {
  html: { mediaType: 'text/html', of: htmlOf },
  csv: { mediaType: 'text/csv', of: csvOf },
  pdf: { mediaType: 'application/pdf', of: pdfOf },
};
const mediaTypes = Object.values(forms).map(({ mediaType }) => mediaType);

const moment = z.union([z.string().regex(/^\d{1,15}$/), z.iso.datetime(), z.iso.date()]);

export const selfChecks = [
  endpoint({
    method: 'get',
    path: '/departments/{id}/self-check',
    tag: 'departments',
    summary: 'Everything that a department has to put right, with its remedy; compared with an earlier moment where asked',
    who: 'the department, managers, auditors in scope',
    query: z.strictObject({
      since: moment.optional().openapi({ description: 'A block, or a time: says what is new, still there, and gone since' }),
      asOfBlock: whole(0).optional(),
      format: z
        .enum(['json', ...Object.keys(forms)])
        .optional()
        .openapi({ description: `also by Accept: ${mediaTypes.join(', ')}` }),
    }),
    answers: { 200: { description: 'The self-check', schema, also: mediaTypes } },
    handle: async (call, services) => {
      const { since, asOfBlock } = call.query;
      const { check, name } = await selfCheckDepartment(services, call.who.caller, {
        department: text.parse(call.params.id),
        ...(since === undefined ? {} : { since }),
        ...(asOfBlock === undefined ? {} : { asOfBlock }),
      });
      const form = forms[formOf(call)];
      if (form === undefined) {
        const { findings, gone } = check;
        const told = { ...check, findings: findings.map(spelt), ...(gone === undefined ? {} : { gone: gone.map(spelt) }) };
        return { headers: { Vary: 'Accept' }, body: told };
      }
      const content = await form.of(reportOf(check, name));
      const file = `self-check-${check.department}-${check.asOf.block}.${formOf(call)}`;
      return {
        send: async (response) => {
          response.set({ Vary: 'Accept', 'Content-Disposition': `inline; filename="${file}"` });
          response.type(form.mediaType).send(content);
        },
      };
    },
  }),
];

/** By `?format=`, or else by `Accept` (RFC 9110, section 12). */
function formOf({ query, request }: Call): string {
  if (query.format !== undefined) return query.format;
  const accepted = request.accepts('application/json', ...mediaTypes);
  return Object.keys(forms).find((name) => forms[name]?.mediaType === accepted) ?? 'json';
}

/** With what it is called, and what is to be done. */
function spelt<F extends SelfFinding>(finding: F) {
  return { ...finding, ...checks[finding.code] };
}
