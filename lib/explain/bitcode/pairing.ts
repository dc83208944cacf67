import type { BitcodeModule, Body } from '../../format/bitcode/module.js';
import { Keys, ModuleKeys } from './key.js';
import { BlockPairing } from './pairing/block-pairing.js';
import { BodyPairing } from './pairing/body-pairing.js';
import { GlobalPairing } from './pairing/global-pairing.js';
import { keyPairs } from './pairing/key-pairs.js';
import { RecordPairing } from './pairing/record-pairing.js';

/** Two bodies of one function, and which of their values stand for each other, counted from their first argument. */
export interface BodyPair {
  readonly a: Body;
  readonly b: Body;
  /** From A to B and back; -1 for none. */
  readonly values: Int32Array;
  readonly back: Int32Array;
}

/** Which things of one module stand for which of another; -1 for none. Numbers are ids, from A to B, unless said otherwise. */
export interface Pairing {
  /** Entries of A by entries of B, and back. */
  readonly ofB: Int32Array;
  readonly ofA: Int32Array;
  readonly types: Int32Array;
  readonly groups: ReadonlyMap<number, number>;
  readonly lists: Int32Array;
  readonly comdats: Int32Array;
  readonly values: Int32Array;
  readonly metadata: Int32Array;
  /** By value id of A, 1: paired as one of several that are alike. */
  readonly guessed: Uint8Array;
  /** Metadata records of B in bodies of functions so paired. */
  readonly guessedStrings: ReadonlySet<number>;
  /** By metadata id of A, likewise. */
  readonly guessedMetadata: Uint8Array;
  readonly bodies: readonly BodyPair[];
  readonly endsA: Int32Array;
  readonly endsB: Int32Array;
}

/**
 * Finds which types, attributes, values, metadata and records of two modules stand for each other. Types and
 * attributes are paired by what they say, globals by their names without hashes and by their content where that
 * tells them apart, and all else by where it is used: two operands in the same place of two paired records name the
 * same thing. A thing is paired once and never again, so each map is one to one; whether paired records really say the
 * same is for `translate` to find out.
 */
export function pairModules(a: BitcodeModule, b: BitcodeModule): Pairing {
  const keys = new Keys();
  const keysA = new ModuleKeys(a, keys);
  const keysB = new ModuleKeys(b, keys);
  const pairs = keyPairs(keysA, keysB);
  const records = new RecordPairing(a, b, pairs);
  const blocks = new BlockPairing(records);
  const bodies = new BodyPairing(records, blocks);
  records.pairBodies = (bodyA, bodyB) => bodies.pair(bodyA, bodyB);
  const globals = new GlobalPairing(records);
  globals.keyed(keysA, keysB);
  globals.rest();
  blocks.structure();
  const { types, groups, lists, comdats } = pairs;
  const { ofB, ofA, values, metadata, guessed, guessedStrings, guessedMetadata, endsA, endsB } = records;
  return {
    ofB,
    ofA,
    types,
    groups,
    lists,
    comdats,
    values,
    metadata,
    guessed,
    guessedStrings,
    guessedMetadata,
    bodies: records.bodies,
    endsA,
    endsB,
  };
}
