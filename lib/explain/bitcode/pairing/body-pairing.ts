import { CONSTANTS_BLOCK, METADATA_BLOCK } from '../../../format/bitcode/code.js';
import type { BitcodeModule, Body } from '../../../format/bitcode/module.js';
import { type Children, childrenOf } from '../children.js';
import type { BodyPair } from '../pairing.js';
import type { BlockPairing } from './block-pairing.js';
import { commonEnds } from './key-pairs.js';
import type { RecordPairing } from './record-pairing.js';

/** Pairs what is in the bodies of two functions. */
export class BodyPairing {
  constructor(
    readonly records: RecordPairing,
    readonly blocks: BlockPairing,
  ) {}

  pair(bodyA: Body, bodyB: Body): void {
    if (!this.records.pairEntries(bodyA.enter, bodyB.enter)) return;
    this.records.pairEntries(bodyA.end, bodyB.end);
    const a = childrenOf(this.records.a.columns, this.records.endsA, bodyA.enter);
    const b = childrenOf(this.records.b.columns, this.records.endsB, bodyB.enter);
    const constantsA = this.#constants(this.records.a, this.records.endsA, a);
    const constantsB = this.#constants(this.records.b, this.records.endsB, b);
    const body: BodyPair = {
      a: bodyA,
      b: bodyB,
      values: new Int32Array(bodyA.firstInstruction - bodyA.firstArgument + a.records.length).fill(-1),
      back: new Int32Array(bodyB.firstInstruction - bodyB.firstArgument + b.records.length).fill(-1),
    };
    this.records.bodies.push(body);
    const local = (x: number, y: number): void => {
      body.values[x - bodyA.firstArgument] = y - bodyB.firstArgument;
      body.back[y - bodyB.firstArgument] = x - bodyA.firstArgument;
    };
    const argumentCount = bodyA.firstLocal - bodyA.firstArgument;
    if (argumentCount !== bodyB.firstLocal - bodyB.firstArgument) return;
    for (let k = 0; k < argumentCount; k += 1) local(bodyA.firstArgument + k, bodyB.firstArgument + k);
    const common = commonEnds(this.records.a, a.records, this.records.b, b.records);
    common((i, j) => {
      const x = this.records.a.number[i] ?? -1;
      if (x >= 0) local(x, this.records.b.number[j] ?? 0);
    });
    this.records.body = body;
    this.records.localsA = constantsA;
    this.records.localsB = constantsB;
    this.#localMetadata(a, b);
    common((i, j) => this.records.pairRecord(i, j));
    for (let j = this.records.openLocal.pop(); j !== undefined; j = this.records.openLocal.pop()) {
      this.records.pairRecord(this.records.openLocal.pop() ?? 0, j);
    }
    this.blocks.pairDefinitions(a, b);
    for (const [id, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(id) ?? [];
      for (let k = 0; k < Math.min(blocksA.length, blocksB.length); k += 1) {
        this.blocks.pairBlock(id, blocksA[k] ?? 0, blocksB[k] ?? 0);
      }
    }
    this.records.body = undefined;
  }

  #constants(module: BitcodeModule, ends: Int32Array, children: Children): Map<number, number> {
    const out = new Map<number, number>();
    for (const enter of children.blocks.get(CONSTANTS_BLOCK) ?? []) {
      for (const entry of childrenOf(module.columns, ends, enter).records) {
        const number = module.number[entry] ?? -1;
        if (number >= 0) out.set(number, entry);
      }
    }
    return out;
  }

  /** Metadata of a function stand in the order of their use: record by record. */
  #localMetadata(a: Children, b: Children): void {
    const blocksA = a.blocks.get(METADATA_BLOCK) ?? [];
    const blocksB = b.blocks.get(METADATA_BLOCK) ?? [];
    for (let k = 0; k < Math.min(blocksA.length, blocksB.length); k += 1) {
      const insideA = childrenOf(this.records.a.columns, this.records.endsA, blocksA[k] ?? 0);
      const insideB = childrenOf(this.records.b.columns, this.records.endsB, blocksB[k] ?? 0);
      if (this.records.guessing) for (const j of insideB.records) this.records.guessedStrings.add(j);
      commonEnds(
        this.records.a,
        insideA.records,
        this.records.b,
        insideB.records,
      )((i, j) => this.records.pairRecord(i, j));
    }
  }
}
