// Reads { documents, shapes, contexts } as JSON; answers for each JSON-LD document its canonical N-Quads, and what SHACL shapes find in it.
// A process of its own, since these libraries are ES modules, which jest does not load. No document is fetched: what is not given is refused.
import { text } from 'node:stream/consumers';
import jsonld from 'jsonld';
import { Parser, Store } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';

const { documents, shapes, contexts } = JSON.parse(await text(process.stdin));
const documentLoader = async (url) => {
  if (!contexts[url]) throw new Error(`not given: ${url}`);
  return { contextUrl: undefined, documentUrl: url, document: contexts[url] };
};
// `safe`: a property that no context gives a meaning is an error, and not dropped.
const options = { documentLoader, safe: true };

// The ontologies that shapes import lie on the web; ours are held against the shapes alone.
const imports = 'http://www.w3.org/2002/07/owl#imports';
const rules = shapes.flatMap((turtle) => new Parser().parse(turtle)).filter(({ predicate }) => predicate.value !== imports);
const validator = new SHACLValidator(new Store(rules));
const answers = [];
for (const { document, compactWith } of documents) {
  try {
    const nquads = await jsonld.canonize(document, { ...options, algorithm: 'RDFC-1.0', format: 'application/n-quads' });
    const results = shapes.length > 0 ? (await validator.validate(new Store(new Parser({ format: 'N-Quads' }).parse(nquads)))).results : [];
    answers.push({
      nquads,
      expanded: await jsonld.expand(document, options),
      ...(compactWith ? { compacted: await jsonld.compact(document, compactWith, options) } : {}),
      results: results.map((result) => ({
        severity: last(result.severity),
        component: last(result.sourceConstraintComponent),
        path: last(result.path),
        focus: result.focusNode?.value,
        value: result.value?.value,
        message: result.message.map(({ value }) => value).join('; '),
      })),
    });
  } catch (error) {
    answers.push({ error: `${error.message} ${JSON.stringify(error.details ?? {})}` });
  }
}
process.stdout.write(JSON.stringify(answers));

function last(term) {
  return term?.value?.split(/[#/]/).pop();
}
