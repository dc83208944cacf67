import test from 'ava';
import { ClaimTable } from './claim.js';

const add = (claims: ClaimTable, a: string, place: number) =>
  claims.add('type-id', 'le64', a, `${a}b`, place);

test('Half of a type id attests nothing where the other half does not stand beside it', (t) => {
  const claims = new ClaimTable();
  add(claims, 'x', 1);
  add(claims, 'x', 2);
  add(claims, 'x', 2);
  t.deepEqual(claims.places, [0]);
});

test('The two halves of a type id attest each other, once in each place', (t) => {
  const claims = new ClaimTable();
  for (const place of [1, 2, 3]) for (const half of ['x', 'y', 'x']) add(claims, half, place);
  add(claims, 'x', 4);
  t.deepEqual(claims.places, [3, 3]);
});

test('Two tokens in one place are one witness', (t) => {
  const claims = new ClaimTable();
  for (const place of [1, 1, 2]) claims.add('crate-hash', 'hex', 'a', 'b', place);
  t.deepEqual(claims.places, [2]);
});
