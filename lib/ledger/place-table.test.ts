import test from 'ava';
import type { Place } from './owner.js';
import { PlaceTable } from './place-table.js';

test('places come back as they were given, with their names in both', (t) => {
  const places = new PlaceTable();
  const given: Place[] = [{ parent: 0, kind: 'file', name: '' }];
  // More than a group of names, of every length, and characters of every width.
  for (let i = 1; i < 1000; i += 1) {
    const name = `${'é'.repeat(i % 3)}${'x'.repeat(i % 7)}${i % 5 === 0 ? '\u{1f980}\ud800' : ''}`;
    const kind = (['member', 'section', 'symbol', 'part'] as const)[i % 4] ?? 'part';
    const nameB = i % 3 === 0 ? `${name} of B` : undefined;
    given.push({ parent: i >>> 1, kind, name, ...(nameB !== undefined && { nameB }) });
    t.is(places.push({ parent: i >>> 1, kind, name, nameB }), i);
    // Also while the group is open.
    t.deepEqual(places.at(i), given[i]);
  }
  t.is(places.length, given.length);
  for (const [i, place] of given.entries()) {
    t.deepEqual(places.at(i), place);
    t.deepEqual(
      { parent: places.parent(i), kind: places.kind(i), name: places.name(i) },
      { parent: place.parent, kind: place.kind, name: place.name },
    );
  }
});

test('a name in B that is that in A is not told, and behind the last place there is none', (t) => {
  const places = new PlaceTable();
  places.push({ parent: 0, kind: 'symbol', name: 'f', nameB: 'f' });
  t.deepEqual(places.at(1), { parent: 0, kind: 'symbol', name: 'f' });
  t.is(places.at(2), undefined);
  t.is(places.kind(2), undefined);
});
