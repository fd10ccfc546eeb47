import { MAX_BUNDLE_BYTES, type Subject } from '../../evidence/format.js';
import { LD_JSON } from '../../standards/jsonld.js';
import { assetAsDcatEvidence } from '../../usecases/exportDcat.js';
import { grantAsOdrl } from '../../usecases/exportOdrl.js';
import { assetAsProv, shareAsProv } from '../../usecases/exportProv.js';
import { judgeEvidence } from '../../usecases/judgeEvidence.js';
import type { Services } from '../../usecases/services.js';
import { takeEvidence } from '../../usecases/takeEvidence.js';
import { type Call, type Endpoint, endpoint, type Reply } from '../endpoint.js';
import { pageOf, paging } from '../query.js';
import { withCursor } from '../representations.js';
import { z } from '../zod.js';

const who =
  'every caller for a department or a data element; the parties of the record, managers for assets, rights, demands, plans, feedback and disputes, auditors in scope (the look is recorded on the ledger)';
const file = { description: 'The file that `drl verify` reads', schema: z.looseObject({ format: z.string() }) };

/** What a kind of record can be had as, beside the bundle. The trail of an asset comes in pages, each whole in itself. */
const forms = {
  department: {},
  'data-element': {},
  asset: { dcat: LD_JSON, prov: 'application/json' },
  derivation: {},
  right: {},
  demand: {},
  joining: {},
  grant: { odrl: LD_JSON },
  ticket: {},
  share: { prov: 'application/json' },
  rating: {},
  feedback: {},
  dispute: {},
  plan: {},
  transaction: {},
} as const;
type Kind = keyof typeof forms;

const record = (kind: Kind, path: string, summary: string): Endpoint => {
  const others = Object.keys(forms[kind]);
  const format = z
    .enum(['bundle', ...others])
    .optional()
    .openapi({ description: 'bundle: what `drl verify` reads; prov: PROV-JSON; odrl: an ODRL policy; dcat: DCAT-AP 3' });
  return endpoint({
    method: 'get',
    path: `/evidence/${path}/{id}`,
    tag: 'evidence',
    summary,
    who: kind === 'asset' ? `${who}; as prov: as for its trail` : who,
    query: z.strictObject({ format, ...(kind === 'asset' ? paging : {}) }),
    answers: { 200: { ...file, ...(Object.values(forms[kind]).includes(LD_JSON as never) ? { also: [LD_JSON] } : {}) } },
    handle: (call, services) => take(call, services, { kind, id: call.params.id as string }),
  });
};

export const evidence = [
  record('transaction', 'transactions', 'Proof of what a transaction wrote'),
  ...(
    [
      'department',
      'data-element',
      'asset',
      'derivation',
      'right',
      'demand',
      'joining',
      'grant',
      'ticket',
      'share',
      'rating',
      'feedback',
      'dispute',
      'plan',
    ] as const
  ).map((kind) => record(kind, kind, `Proof of every version of a ${kind}`)),
  endpoint({
    method: 'post',
    path: '/evidence/verify',
    tag: 'evidence',
    summary: 'Judge a file of evidence against this service’s trust anchors',
    who: 'every caller',
    rawBody: MAX_BUNDLE_BYTES,
    answers: {
      200: { description: 'The verdict, step by step', schema: z.looseObject({ verdict: z.enum(['proven', 'not-proven', 'unreadable']) }) },
    },
    handle: async ({ body }, services) => ({ body: await judgeEvidence(services, body as Uint8Array) }),
  }),
];

async function take(call: Call, services: Services, subject: Subject): Promise<Reply> {
  const { who: caller, requestId, query, request } = call;
  const { kind, id } = subject;
  const attached = (form: string, mediaType: string) => ({
    'Content-Type': mediaType,
    'Content-Disposition': `attachment; filename="${kind}-${id}.${form}"`,
  });
  switch (`${kind} ${query.format ?? 'bundle'}`) {
    case 'asset dcat':
      return { headers: attached('dcat.jsonld', LD_JSON), body: await assetAsDcatEvidence(services, caller, requestId, id) };
    case 'grant odrl':
      return { headers: attached('odrl.jsonld', LD_JSON), body: await grantAsOdrl(services, caller, requestId, id) };
    case 'share prov':
      return { headers: attached('prov.json', 'application/json'), body: await shareAsProv(services, caller, requestId, id) };
    case 'asset prov': {
      const { document, nextCursor } = await assetAsProv(services, caller, requestId, id, pageOf(query));
      const next = nextCursor ? { Link: `<${withCursor(request.originalUrl, nextCursor)}>; rel="next"` } : {};
      return { headers: { ...attached('prov.json', 'application/json'), ...next }, body: document };
    }
    default: {
      const bundle = await takeEvidence(services, caller, requestId, subject);
      return {
        send: async (response) => {
          response.attachment(`${kind}-${id}.evidence.json`).type('application/json').send(bundle);
        },
      };
    }
  }
}
