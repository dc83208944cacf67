// Compares two artefacts and prints what differs: node docs/examples/compare.js A B [CONTROL]
import { compare, renderReport, TrustdiffError } from 'trustdiff';

const [a, b, control] = process.argv.slice(2);
if (a === undefined || b === undefined) throw new Error('two artefacts are needed');

try {
  const comparison = compare({
    a,
    b,
    controls: control === undefined ? [] : [{ of: 'a', paths: control }],
  });
  // Events come while it runs; to wait for the report alone is enough.
  for await (const event of comparison) {
    if (event.type === 'pair' && event.pair.status === 'content') console.log(event.pair.path);
  }
  const report = await comparison.report;
  console.log(report.verdict.id);
  console.log(`${report.summary.changedA} bytes of A changed`);
  const json = [...renderReport(report, { format: 'json' })].join('');
  console.log(`${JSON.parse(json).pairs.length} pairs`);
  process.exitCode = report.verdict.exit;
} catch (error) {
  if (!(error instanceof TrustdiffError)) throw error;
  console.error(error.kind, error.what, error.where);
  process.exitCode = 2;
}
