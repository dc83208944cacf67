import { InputError } from '../../error.js';
import type { Bitcode } from '../bitcode.js';
import {
  CONSTANT,
  CONSTANTS_BLOCK,
  FUNCTION,
  FUNCTION_BLOCK,
  IDENTIFICATION_BLOCK,
  METADATA,
  METADATA_BLOCK,
  MODULE,
  MODULE_BLOCK,
  PARAMATTR_BLOCK,
  PARAMATTR_GROUP_BLOCK,
  STRTAB_BLOCK,
  SYMTAB_BLOCK,
  TYPE,
  TYPE_BLOCK,
} from './code.js';
import { type Blob, type Columns, DEFINE, END, ENTER, MAGIC, RECORD } from './columns.js';

/** A body: the block of a function, with the numbers its values start at. */
export interface Body {
  /** Value id of the function. */
  readonly value: number;
  readonly enter: number;
  readonly end: number;
  /** Ids of its first argument and of its first constant. */
  readonly firstArgument: number;
  readonly firstLocal: number;
  /** Id of its first instruction. */
  firstInstruction: number;
}

/** Text of a METADATA_STRINGS record. */
export interface MetadataString {
  readonly entry: number;
  /** In the content, in bytes. */
  readonly offset: number;
  readonly length: number;
}

/**
 * What the records of a module define, numbered as LLVM numbers them: entries of the bitstream by type, attribute,
 * value and metadata id. LLVM IR of version 12 to 21, with a string table.
 */
export interface BitcodeModule {
  readonly bitcode: Bitcode;
  readonly columns: Columns;
  readonly types: readonly number[];
  /** Entry of the STRUCT_NAME in front of a type. */
  readonly typeNames: ReadonlyMap<number, number>;
  /** Of attribute groups, by their ids. */
  readonly groups: ReadonlyMap<number, number>;
  /** Of attribute lists; records count them from 1. */
  readonly lists: readonly number[];
  readonly comdats: readonly number[];
  /** Values of the module: variables, functions, aliases, then constants. */
  readonly values: readonly number[];
  readonly globalCount: number;
  /** Type of each constant, by entry. */
  readonly constantTypes: Int32Array;
  readonly bodies: readonly Body[];
  /** Of the module's metadata: strings first, then nodes (as entries, with -1 for strings). */
  readonly strings: readonly MetadataString[];
  readonly nodes: readonly number[];
  /**
   * By entry: the id of the type, value or metadata it defines; of an instruction the id that its value has or the next
   * one gets: relative operands count from it.
   */
  readonly number: Int32Array;
  /** Whether all instructions were understood; else numbers in bodies are not to be trusted. */
  readonly understood: boolean;
  readonly strtab?: Blob | undefined;
  readonly symtab?: Blob | undefined;
  readonly strtabEntry: number;
  readonly symtabEntry: number;
  readonly moduleEntry: number;
}

/** Instructions that give no value. CALL and INVOKE depend on their type. */
const VOID_INSTRUCTIONS: ReadonlySet<number> = new Set([
  FUNCTION.RET,
  FUNCTION.BR,
  FUNCTION.SWITCH,
  FUNCTION.UNREACHABLE,
  FUNCTION.INDIRECTBR,
  FUNCTION.DEBUG_LOC_AGAIN,
  FUNCTION.DEBUG_LOC,
  FUNCTION.FENCE,
  FUNCTION.RESUME,
  FUNCTION.STORE,
  FUNCTION.STOREATOMIC,
  FUNCTION.OPERAND_BUNDLE,
]);

const KNOWN_INSTRUCTIONS: ReadonlySet<number> = new Set(Object.values(FUNCTION));

/** @throws InputError where the stream is not one module with a string table, or its ids do not fit */
export function readModule(bitcode: Bitcode): BitcodeModule {
  return new ModuleReader(bitcode).read();
}

/** The function type of a CALL or INVOKE, as a type id, and the operand of the callee. */
export function callShape(
  columns: Columns,
  entry: number,
): { readonly type: number; readonly callee: number } | undefined {
  const first = columns.first[entry] ?? 0;
  if (columns.code[entry] === FUNCTION.INVOKE) {
    // attributes, convention, normal block, unwind block, type, callee
    if (((columns.low[first + 1] ?? 0) & (1 << 13)) === 0) return undefined;
    return { type: columns.low[first + 4] ?? 0, callee: first + 5 };
  }
  const flags = columns.low[first + 1] ?? 0;
  if ((flags & (1 << 15)) === 0) return undefined;
  const at = first + ((flags & (1 << 17)) === 0 ? 2 : 3);
  return { type: columns.low[at] ?? 0, callee: at + 1 };
}

class ModuleReader {
  readonly #bitcode: Bitcode;
  readonly #columns: Columns;
  readonly #types: number[] = [];
  readonly #typeNames = new Map<number, number>();
  readonly #groups = new Map<number, number>();
  readonly #lists: number[] = [];
  readonly #comdats: number[] = [];
  readonly #values: number[] = [];
  #globalCount = 0;
  #nameBytes = 0;
  readonly #constantTypes: Int32Array;
  readonly #number: Int32Array;
  readonly #bodies: Body[] = [];
  readonly #defined: number[] = [];
  readonly #strings: MetadataString[] = [];
  readonly #nodes: number[] = [];
  #understood = true;
  #strtabEntry = -1;
  #symtabEntry = -1;
  #moduleEntry = -1;

  constructor(bitcode: Bitcode) {
    this.#bitcode = bitcode;
    this.#columns = bitcode.columns;
    this.#number = new Int32Array(bitcode.columns.count).fill(-1);
    this.#constantTypes = new Int32Array(bitcode.columns.count).fill(-1);
  }

  read(): BitcodeModule {
    const { count, kind, block } = this.#columns;
    let i = 0;
    while (i < count) {
      if (kind[i] === MAGIC) {
        if (i > 0) this.#fail(i, 'several modules stand in one bitstream');
        i += 1;
        continue;
      }
      const id = block[i] ?? 0;
      if (id === MODULE_BLOCK) {
        if (this.#moduleEntry >= 0) this.#fail(i, 'several modules stand in one bitstream');
        this.#moduleEntry = i;
        i = this.#module(i);
        continue;
      }
      if (id === STRTAB_BLOCK || id === SYMTAB_BLOCK) {
        const record = this.#blobRecord(i);
        if (id === STRTAB_BLOCK) this.#strtabEntry = record;
        else this.#symtabEntry = record;
      } else if (id !== IDENTIFICATION_BLOCK) this.#fail(i, `a block ${id} stands beside the module`);
      i = this.#endOf(i) + 1;
    }
    if (this.#moduleEntry < 0 || this.#strtabEntry < 0) {
      this.#fail(0, 'the bitstream has no module with a string table');
    }
    // Each name is written once; many records that share one long name would be read for ever.
    const strtab = this.#columns.blobs.get(this.#strtabEntry);
    if (this.#nameBytes > 16 * (strtab?.length ?? 0)) {
      this.#fail(this.#strtabEntry, 'the names of the module are longer than its string table');
    }
    return {
      bitcode: this.#bitcode,
      columns: this.#columns,
      types: this.#types,
      typeNames: this.#typeNames,
      groups: this.#groups,
      lists: this.#lists,
      comdats: this.#comdats,
      values: this.#values,
      globalCount: this.#globalCount,
      constantTypes: this.#constantTypes,
      bodies: this.#bodies,
      strings: this.#strings,
      nodes: this.#nodes,
      number: this.#number,
      understood: this.#understood,
      strtab,
      symtab: this.#columns.blobs.get(this.#symtabEntry),
      strtabEntry: this.#strtabEntry,
      symtabEntry: this.#symtabEntry,
      moduleEntry: this.#moduleEntry,
    };
  }

  /** Reads the block that starts at `enter` and gives the entry behind its end. */
  #module(enter: number): number {
    const { kind, block } = this.#columns;
    let i = enter + 1;
    while (kind[i] !== END) {
      if (kind[i] === RECORD) {
        this.#moduleRecord(i);
        i += 1;
        continue;
      }
      if (kind[i] === DEFINE) {
        i += 1;
        continue;
      }
      const end = this.#endOf(i);
      const id = block[i];
      if (id === TYPE_BLOCK) this.#typeTable(i, end);
      else if (id === PARAMATTR_GROUP_BLOCK)
        this.#each(i, end, (k) => this.#groups.set(this.#operand(k, 0), k));
      else if (id === PARAMATTR_BLOCK) this.#each(i, end, (k) => this.#lists.push(k));
      else if (id === CONSTANTS_BLOCK) {
        this.#constants(i, end, this.#values.length, (k) => this.#values.push(k));
      } else if (id === METADATA_BLOCK) {
        if (this.#strings.length + this.#nodes.length > 0)
          this.#fail(i, 'the module has two metadata blocks');
        this.#metadata(i, end, 0, (k) => this.#nodes.push(k), this.#strings);
      } else if (id === FUNCTION_BLOCK) this.#body(i, end);
      i = end + 1;
    }
    return i + 1;
  }

  #moduleRecord(i: number): void {
    const code = this.#columns.code[i];
    if (code === MODULE.COMDAT) {
      this.#nameBytes += this.#operand(i, 1);
      this.#comdats.push(i);
    }
    if (
      code !== MODULE.GLOBALVAR &&
      code !== MODULE.FUNCTION &&
      code !== MODULE.ALIAS &&
      code !== MODULE.IFUNC
    ) {
      return;
    }
    if (this.#values.length !== this.#globalCount)
      this.#fail(i, 'a global value stands behind the constants');
    this.#nameBytes += this.#operand(i, 1);
    this.#number[i] = this.#globalCount;
    this.#globalCount += 1;
    this.#values.push(i);
    // strtab_offset, strtab_size, type, calling convention, isproto
    if (code === MODULE.FUNCTION && this.#operand(i, 4) === 0) this.#defined.push(this.#globalCount - 1);
  }

  #typeTable(enter: number, end: number): void {
    let name = -1;
    this.#each(enter, end, (k) => {
      const code = this.#columns.code[k];
      if (code === TYPE.NUMENTRY) return;
      if (code === TYPE.STRUCT_NAME) {
        name = k;
        return;
      }
      if (name >= 0 && (code === TYPE.STRUCT_NAMED || code === TYPE.OPAQUE)) {
        this.#typeNames.set(this.#types.length, name);
        name = -1;
      }
      this.#number[k] = this.#types.length;
      this.#types.push(k);
    });
  }

  #constants(enter: number, end: number, first: number, push: (entry: number) => void): number {
    let type = -1;
    let next = first;
    this.#each(enter, end, (k) => {
      if (this.#columns.code[k] === CONSTANT.SETTYPE) {
        type = this.#operand(k, 0);
        return;
      }
      this.#constantTypes[k] = type;
      this.#number[k] = next;
      next += 1;
      push(k);
    });
    return next;
  }

  #metadata(
    enter: number,
    end: number,
    first: number,
    push: (entry: number) => void,
    strings: MetadataString[],
  ): void {
    let next = first;
    this.#each(enter, end, (k) => {
      const code = this.#columns.code[k] ?? 0;
      if (code === METADATA.STRINGS) {
        if (next !== first) this.#fail(k, 'metadata strings stand behind other metadata');
        const found = readMetadataStrings(this.#bitcode, k);
        this.#number[k] = next;
        for (const string of found) strings.push(string);
        next += found.length;
        return;
      }
      if (
        code === METADATA.NAME ||
        code === METADATA.KIND ||
        code === METADATA.NAMED_NODE ||
        code === METADATA.GLOBAL_DECL_ATTACHMENT ||
        code === METADATA.INDEX_OFFSET ||
        code === METADATA.INDEX ||
        code === METADATA.ARG_LIST
      ) {
        return;
      }
      this.#number[k] = next;
      next += 1;
      push(k);
    });
  }

  #body(enter: number, end: number): void {
    const { kind, block, code } = this.#columns;
    const value =
      this.#defined[this.#bodies.length] ?? this.#fail(enter, 'a function body belongs to no function');
    const type = this.#operand(this.#values[value] ?? 0, 2);
    const firstArgument = this.#values.length;
    const firstLocal = firstArgument + this.#parameterCount(type, enter);
    const body: Body = { value, enter, end, firstArgument, firstLocal, firstInstruction: firstLocal };
    this.#bodies.push(body);
    const metadataCount = this.#strings.length + this.#nodes.length;
    let next = firstLocal;
    let started = false;
    for (let i = enter + 1; i < end; i += 1) {
      if (kind[i] === ENTER) {
        const subEnd = this.#endOf(i);
        if (block[i] === CONSTANTS_BLOCK) {
          if (started) this.#understood = false;
          next = this.#constants(i, subEnd, next, () => {});
        } else if (block[i] === METADATA_BLOCK) this.#metadata(i, subEnd, metadataCount, () => {}, []);
        i = subEnd;
        continue;
      }
      if (kind[i] !== RECORD) continue;
      if (code[i] === FUNCTION.DECLAREBLOCKS) continue;
      if (!started) {
        started = true;
        body.firstInstruction = next;
      }
      this.#number[i] = next;
      if (this.#givesValue(i)) next += 1;
    }
    if (!started) body.firstInstruction = next;
  }

  #givesValue(entry: number): boolean {
    const code = this.#columns.code[entry] ?? 0;
    if (!KNOWN_INSTRUCTIONS.has(code)) {
      this.#understood = false;
      return false;
    }
    if (code !== FUNCTION.CALL && code !== FUNCTION.INVOKE) return !VOID_INSTRUCTIONS.has(code);
    const shape = callShape(this.#columns, entry);
    const type = shape === undefined ? undefined : this.#types[shape.type];
    if (type === undefined || this.#columns.code[type] !== TYPE.FUNCTION) {
      this.#understood = false;
      return false;
    }
    const returned = this.#types[this.#operand(type, 1)];
    return returned === undefined || this.#columns.code[returned] !== TYPE.VOID;
  }

  #parameterCount(type: number, at: number): number {
    const entry = this.#types[type];
    if (entry === undefined || this.#columns.code[entry] !== TYPE.FUNCTION) {
      return this.#fail(at, 'a function has no function type');
    }
    return Math.max(0, (this.#columns.first[entry + 1] ?? 0) - (this.#columns.first[entry] ?? 0) - 2);
  }

  #blobRecord(enter: number): number {
    const end = this.#endOf(enter);
    for (let i = enter + 1; i < end; i += 1) if (this.#columns.blobs.has(i)) return i;
    return this.#fail(enter, 'a string or symbol table has no content');
  }

  /** Records that stand in the block itself. */
  #each(enter: number, end: number, take: (entry: number) => void): void {
    for (let i = enter + 1; i < end; i += 1) {
      if (this.#columns.kind[i] === ENTER) i = this.#endOf(i);
      else if (this.#columns.kind[i] === RECORD) take(i);
    }
  }

  #endOf(enter: number): number {
    const { kind, count } = this.#columns;
    let depth = 0;
    for (let i = enter; i < count; i += 1) {
      if (kind[i] === ENTER) depth += 1;
      else if (kind[i] === END) {
        depth -= 1;
        if (depth === 0) return i;
      }
    }
    return count;
  }

  #operand(entry: number, index: number): number {
    const at = (this.#columns.first[entry] ?? 0) + index;
    return at < (this.#columns.first[entry + 1] ?? 0) ? (this.#columns.low[at] ?? 0) : 0;
  }

  #fail(entry: number, what: string): never {
    const offset = this.#bitcode.start + Math.floor((this.#columns.bit[entry] ?? 0) / 8);
    throw new InputError(what, { offset });
  }
}

/** METADATA_STRINGS: [count, offset of the characters, blob: lengths as VBR6, then the characters]. */
export function readMetadataStrings(bitcode: Bitcode, entry: number): MetadataString[] {
  const { columns, start, content } = bitcode;
  const first = columns.first[entry] ?? 0;
  const count = columns.low[first] ?? 0;
  const chars = columns.low[first + 1] ?? 0;
  const blob = columns.blobs.get(entry) ?? { offset: 0, length: 0 };
  const where = { offset: start + blob.offset };
  if (chars > blob.length || count > chars * 8) throw new InputError('metadata strings are cut off', where);
  const out: MetadataString[] = [];
  let bit = (start + blob.offset) * 8;
  const endBit = (start + blob.offset + chars) * 8;
  let offset = start + blob.offset + chars;
  const end = start + blob.offset + blob.length;
  for (let i = 0; i < count; i += 1) {
    let length = 0;
    for (let shift = 0; ; shift += 5) {
      if (bit + 6 > endBit || shift > 25) throw new InputError('metadata strings are cut off', where);
      const pair = (content[bit >>> 3] ?? 0) | ((content[(bit >>> 3) + 1] ?? 0) << 8);
      const chunk = (pair >>> (bit & 7)) & 63;
      bit += 6;
      length += (chunk & 31) * 2 ** shift;
      if (chunk < 32) break;
    }
    if (offset + length > end) throw new InputError('metadata strings are cut off', where);
    out.push({ entry, offset, length });
    offset += length;
  }
  return out;
}
