import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import test from 'ava';
import { DIGEST_ALGORITHMS } from '../artefact/digest.js';
import { FACTS } from '../artefact/identity.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { CAUSE_IDS } from '../cause/cause-id.js';
import { inspect } from '../comparison/inspect.js';
import type { CompareOptions } from '../comparison/options.js';
import { MASKABLE_FIELDS } from '../pair/metadata.js';
import { PAIR_RULES } from '../pair/pair.js';
import { FAIL_ON, VERDICTS } from '../verdict/verdict.js';
import { renderJson } from './json.js';
import { PAIR_STATUSES, REPORT_SCHEMA } from './model.js';
import { CONTAINERS, PAIRS, pairOptions, ROOT, reportOf } from './report-fixture.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const REPORT = readSchema('report-1.schema.json');
const INSPECTION = readSchema('inspection-1.schema.json');
const isReport = compileSchema(REPORT);
const isInspection = compileSchema(INSPECTION);

for (const name of readdirSync(PAIRS)) {
  test(`the report of the pair ${name} is as the schema says`, async (t) => {
    assertValid(t, isReport, await jsonOf(pairOptions(name)));
  });
}

test('reports of archives in other formats are as the schema says', async (t) => {
  const archives = readdirSync(CONTAINERS).filter((name) => name.startsWith('shape'));
  const [first = ''] = archives;
  for (const other of archives.slice(1)) {
    const report = await jsonOf({ a: join(CONTAINERS, first), b: join(CONTAINERS, other) });
    assertValid(t, isReport, report, other);
  }
});

test('reports with masks, exclusions, labels and details left out are as the schema says', async (t) => {
  const { a, b, controls } = pairOptions('quickstart');
  const options = { digest: 'sha256', failOn: ['noise'], labelA: 'mrustc', labelB: 'upstream' } as const;
  const masked = { ignoreMetadata: ['mtime', 'owner'], exclude: ['*.rlib'], maxDetail: 1 } as const;
  assertValid(t, isReport, await jsonOf({ a, b, controls, ...options, ...masked }));
  const ofB = (controls ?? []).map(({ paths }) => ({ of: 'b' as const, paths }));
  assertValid(t, isReport, await jsonOf({ a, b, controls: ofB, maxDetail: 0 }));
});

test('the report of an input that is cut off is as the schema says, with its trouble and exit status 2', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-schema-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const whole = join(PAIRS, 'quickstart/b.tar.xz');
  const cut = join(folder, 'cut.tar.xz');
  writeFileSync(cut, readFileSync(whole).subarray(0, 4000));
  const report = await jsonOf({ a: whole, b: cut });
  assertValid(t, isReport, report);
  t.is(report.verdict.exit, 2);
  t.true(report.troubles.length > 0);
});

test('the report of two texts is as the schema says', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-schema-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
  writeFileSync(join(folder, 'a'), lines.join('\n'));
  writeFileSync(join(folder, 'b'), lines.map((line, i) => (i % 20 === 0 ? `${line}!` : line)).join('\r\n'));
  assertValid(t, isReport, await jsonOf({ a: join(folder, 'a'), b: join(folder, 'b') }));
});

test('a report with a field that the schema does not know is refused, wherever it stands', async (t) => {
  const report = await jsonOf(pairOptions('quickstart'));
  const places = objectsOf(report);
  t.true(places.size > 30);
  for (const [place, path] of places) {
    t.false(isReport(edited(report, path, (object) => ({ ...object, unexpected: 1 }))), place);
  }
});

/** Fields that stand only where there is something to say. */
const OPTIONAL = new Set([
  ...[
    'size',
    'digest',
    'metadata',
    'mask',
    'difference',
    'nameB',
    'fields',
    'mtime',
    'owner',
    'sameContentAs',
  ],
  ...[
    'field',
    'from',
    'symbolA',
    'symbolB',
    'instructions',
    'hex',
    'tokens',
    'origin',
    'functions',
    'explanation',
  ],
  ...Object.keys(FACTS),
]);

test('a report that lacks a field is refused, wherever that is', async (t) => {
  const report = await jsonOf(pairOptions('quickstart'));
  for (const [place, path] of objectsOf(report)) {
    for (const key of Object.keys(at(report, path))) {
      if (OPTIONAL.has(key)) continue;
      const lacking = edited(report, path, ({ [key]: _, ...rest }) => rest);
      t.false(isReport(lacking), `${place}.${key}`);
    }
  }
});

test('a pair says what its status asks for, and nothing else', async (t) => {
  const report = await jsonOf(pairOptions('quickstart'));
  const index = report.pairs.findIndex((pair) => pair.status === 'content');
  for (const status of PAIR_STATUSES) {
    const changed = edited(report, ['pairs', index], (pair) => ({ ...pair, status }));
    t.is(isReport(changed), status === 'content', status);
  }
});

test('the schema knows the values that the code knows', (t) => {
  const { $defs, properties } = REPORT;
  const pair = prop(prop($defs, 'pair'), 'properties');
  const settings = prop(prop(properties, 'settings'), 'properties');
  t.deepEqual(enumOf(prop(pair, 'status')), PAIR_STATUSES);
  t.deepEqual(enumOf(prop($defs, 'pairRule')), PAIR_RULES);
  t.deepEqual(enumOf(prop($defs, 'cause')), [...CAUSE_IDS, 'derived', 'unexplained', 'masked']);
  t.deepEqual(enumOf(prop(prop(prop($defs, 'verdict'), 'properties'), 'id')), VERDICTS);
  t.deepEqual(enumOf(prop(settings, 'digest')), DIGEST_ALGORITHMS);
  t.deepEqual(enumOf(prop(prop(settings, 'failOn'), 'items')), FAIL_ON);
  t.deepEqual(enumOf(prop(prop(settings, 'ignoreMetadata'), 'items')), MASKABLE_FIELDS);
  t.deepEqual(keysOf(prop(prop(settings, 'limits'), 'properties')), Object.keys(DEFAULT_LIMITS));
  const facts = prop(prop(prop($defs, 'identity'), 'properties'), 'facts');
  t.deepEqual(keysOf(prop(facts, 'properties')), Object.keys(FACTS));
  t.deepEqual(prop(properties, 'schema')?.const, REPORT_SCHEMA);
});

for (const [name, schema] of [
  ['report', REPORT],
  ['inspection', INSPECTION],
] as const) {
  test(`the schema of the ${name} closes every object and describes every field`, (t) => {
    for (const [place, path] of objectsOf(schema)) {
      const object = at(schema, path);
      // What stands in a condition only adds to the object it is about.
      if (object.type !== 'object' || path.includes('allOf')) continue;
      t.is(object.additionalProperties, false, place);
      for (const [key, field] of Object.entries(object.properties as JsonObject)) {
        const { description, $ref } = field as JsonObject;
        t.true(typeof description === 'string' || typeof $ref === 'string', `${place}.${key}`);
      }
    }
  });
}

test('what the two schemas have in common they say alike', (t) => {
  for (const [name, definition] of Object.entries(INSPECTION.$defs as JsonObject)) {
    if (name !== 'inspectedMember') t.deepEqual(definition, prop(REPORT.$defs, name), name);
  }
});

test('inspections are as their schema says', async (t) => {
  const pairs = ['quickstart/a', 'quickstart/b.tar.xz', 'hidden-deb/a.deb', 'hidden-elf/a'];
  const archives = readdirSync(CONTAINERS).filter((name) => name.startsWith('shape'));
  const files = [
    ...pairs.map((name) => join(PAIRS, name)),
    ...archives.map((name) => join(CONTAINERS, name)),
  ];
  for (const file of files) {
    const inspection = JSON.parse(JSON.stringify(await inspect({ paths: file }))) as JsonObject;
    assertValid(t, isInspection, inspection, file);
    t.false(isInspection({ ...inspection, unexpected: 1 }), file);
    const { members: _, ...lacking } = inspection;
    t.false(isInspection(lacking), file);
  }
});

function readSchema(name: string): JsonObject {
  return JSON.parse(readFileSync(join(ROOT, 'docs', name), 'utf8')) as JsonObject;
}

function compileSchema(schema: JsonObject): ValidateFunction {
  return new Ajv2020({ strict: true, strictRequired: false, allErrors: false }).compile(schema);
}

interface Assertions {
  true(value: boolean, message: string): void;
}

function assertValid(t: Assertions, validate: ValidateFunction, value: unknown, what = ''): void {
  const valid = validate(value);
  const [error] = validate.errors ?? [];
  t.true(valid, `${what} ${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}`);
}

/** A report as its JSON has it. */
async function jsonOf(options: CompareOptions) {
  const report = await reportOf(options);
  return JSON.parse([...renderJson(report)].join('')) as JsonObject & typeof report;
}

type Path = readonly (string | number)[];

/** One object for each place, where places that differ only in their index in a list are one. */
function objectsOf(root: Json): Map<string, Path> {
  const found = new Map<string, Path>();
  const visit = (value: Json, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) {
      const place = `$${path.map((part) => (typeof part === 'number' ? '[]' : `.${part}`)).join('')}`;
      if (!found.has(place)) found.set(place, path);
    }
    const list = Array.isArray(value);
    for (const [key, child] of Object.entries(value))
      visit(child as Json, [...path, list ? Number(key) : key]);
  };
  visit(root, []);
  return found;
}

function at(root: Json, path: Path): JsonObject {
  return path.reduce<Json>((value, key) => (value as JsonObject)[String(key)] ?? null, root) as JsonObject;
}

function edited(root: Json, path: Path, edit: (object: JsonObject) => JsonObject): Json {
  const copy = structuredClone(root) as JsonObject;
  const [last] = path.slice(-1);
  if (last === undefined) return edit(copy);
  (at(copy, path.slice(0, -1)) as Record<string, Json>)[String(last)] = edit(at(copy, path));
  return copy;
}

function prop(value: Json | undefined, key: string): JsonObject {
  const child = (value as JsonObject | undefined)?.[key];
  if (typeof child !== 'object' || child === null || Array.isArray(child))
    throw new Error(`no object at ${key}`);
  return child as JsonObject;
}

function enumOf(schema: JsonObject): Json | undefined {
  return schema.enum;
}

function keysOf(schema: JsonObject): string[] {
  return Object.keys(schema);
}
