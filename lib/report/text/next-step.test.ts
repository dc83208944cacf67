import test from 'ava';
import type { Report } from '../model.js';
import type { Paint } from '../paint.js';
import { nextStepLines } from './next-step.js';

const plain = new Proxy({}, { get: () => String }) as Paint;
const report = {
  causes: { causes: [{ cause: 'code', standing: 'unexplained' }] },
  controls: [{}],
  pairs: [],
} as unknown as Report;

test('where instructions differ, the next step is to swap a tool, unless that was done', (t) => {
  const text = [...nextStepLines(report, plain, 200)].join('\n');
  t.regex(text, /HOW TO GO ON\n {2}- Other instructions: .*rebuild --swap/);
  t.deepEqual([...nextStepLines(report, plain, 200, ['code'])], []);
  t.is([...nextStepLines(report, plain, 200, ['linker'])].join('\n'), text);
});
