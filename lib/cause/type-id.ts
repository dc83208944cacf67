import { type Cause, rustThread } from './cause.js';

export const typeId = {
  id: 'type-id',
  title: '`TypeId` constants',
  signature:
    'Sixteen bytes that differ in data, or two 8-byte immediates (`movabs`) in code: the same token A ↔ B wherever the type is named.',
  explanation:
    'A `TypeId` is a 128-bit hash of the type, and so of the ids of the crates that define it. Code that uses `Any` or downcasts an error compares against it.',
  consequence:
    'Part of the map of hashes, and believed only in it, and only if the token is met in a function called `type_id` or in a constant that such a function reads, anywhere in the comparison. All others stay suspected: they may be any constant of 128 bits, a key for instance, that was changed wherever it stands.',
  removal: 'As for the crate hash that it comes from.',
  falsePositives:
    'Two other 8-byte constants that both changed. They are not taken for a type id, since no second place attests the pair, or no `type_id` gives it.',
  root: 'through crate-hash',
  maskable: true,
  threads: [
    rustThread(129030, 'what goes into a TypeId'),
    rustThread(75923, 'its width'),
    rustThread(35379, 'why it does not hash the SVH'),
  ],
} as const satisfies Cause;
