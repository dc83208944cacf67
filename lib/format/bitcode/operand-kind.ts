import {
  BLOCKINFO_BLOCK,
  CONSTANT,
  CONSTANTS_BLOCK,
  FUNCTION,
  FUNCTION_BLOCK,
  GLOBALVAL_SUMMARY_BLOCK,
  IDENTIFICATION_BLOCK,
  METADATA,
  METADATA_ATTACHMENT_BLOCK,
  METADATA_BLOCK,
  METADATA_KIND_BLOCK,
  MODULE,
  MODULE_BLOCK,
  OPERAND_BUNDLE_TAGS_BLOCK,
  PARAMATTR_BLOCK,
  PARAMATTR_GROUP_BLOCK,
  STRTAB_BLOCK,
  SUMMARY,
  SYMTAB_BLOCK,
  SYNC_SCOPE_NAMES_BLOCK,
  TYPE,
  TYPE_BLOCK,
  VALUE_SYMTAB_BLOCK,
  VST_FNENTRY,
} from './code.js';
import { type BitcodeModule, callShape } from './module.js';

/** What an operand is: a number that stands for itself, or an id of something the module defines. */
export const RAW = 0;
export const TYPE_ID = 1;
/** A value id; `VALUE_NEXT` one more, 0 for none. */
export const VALUE = 2;
export const VALUE_NEXT = 3;
/** A value id, counted backwards from the number of the instruction, in 32 bits; the signed one has its sign in bit 0. */
export const RELATIVE = 4;
export const SIGNED_RELATIVE = 5;
/** A metadata id; `METADATA_NEXT` one more, 0 for none; the relative one as in RELATIVE. */
export const METADATA_ID = 6;
export const METADATA_NEXT = 7;
export const METADATA_RELATIVE = 8;
/** An attribute list, counted from 1; 0 for none. */
export const ATTRIBUTES = 9;
export const ATTRIBUTE_GROUP = 10;
/** A COMDAT, counted from 1; 0 for none. */
export const COMDAT = 11;
/** Where a name starts in the string table, and how long it is. */
export const NAME_OFFSET = 12;
export const NAME_SIZE = 13;
/** Follows from where things stand in the stream. */
export const POSITION = 14;
/** A value id in a run that is sorted by id. */
export const SORTED_VALUE = 15;

/** Nodes of debug information that line tables need: which operands are metadata, one more, 0 for none. */
const DEBUG_NODES: ReadonlyMap<number, readonly number[]> = new Map([
  [METADATA.FILE, [1, 2, 4, 5]],
  [METADATA.SUBROUTINE_TYPE, [2]],
  [METADATA.COMPILE_UNIT, [2, 3, 5, 7, 9, 10, 11, 12, 13, 16, 20, 21]],
  [METADATA.SUBPROGRAM, [1, 2, 3, 4, 6, 8, 12, 13, 14, 15, 17, 18, 19]],
  [METADATA.LEXICAL_BLOCK, [1, 2]],
  [METADATA.LEXICAL_BLOCK_FILE, [1, 2]],
  [METADATA.NAMESPACE, [1, 2]],
]);

/** Blocks whose records hold no ids, or only ids that are told above. */
const PLAIN_BLOCKS: ReadonlySet<number> = new Set([
  BLOCKINFO_BLOCK,
  PARAMATTR_BLOCK,
  PARAMATTR_GROUP_BLOCK,
  IDENTIFICATION_BLOCK,
  METADATA_ATTACHMENT_BLOCK,
  TYPE_BLOCK,
  OPERAND_BUNDLE_TAGS_BLOCK,
  METADATA_KIND_BLOCK,
  STRTAB_BLOCK,
  SYMTAB_BLOCK,
  SYNC_SCOPE_NAMES_BLOCK,
]);

/** Of the other blocks the records whose operands are told above, or hold no ids. */
const KNOWN_CODES: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [MODULE_BLOCK, new Set<number>([1, 2, 3, 4, 5, 11, ...Object.values(MODULE)])],
  // NULL, UNDEF, FLOAT, STRING, CSTRING, DATA and POISON hold no ids.
  [CONSTANTS_BLOCK, new Set<number>([2, 3, 6, 8, 9, 22, 26, ...Object.values(CONSTANT)])],
  [
    METADATA_BLOCK,
    new Set<number>([...Object.values(METADATA).filter((code) => code !== METADATA.ARG_LIST)]),
  ],
  [VALUE_SYMTAB_BLOCK, new Set<number>([VST_FNENTRY])],
  // VERSION, FLAGS and BLOCK_COUNT hold no ids.
  [
    GLOBALVAL_SUMMARY_BLOCK,
    new Set<number>([10, 20, 24, ...Object.values(SUMMARY).filter((code) => code !== SUMMARY.PERMODULE)]),
  ],
]);

export type OperandKinds = Uint8Array;

/**
 * Tells what the operands of the record `entry` are. A record that is not known here has RAW operands only: nothing is
 * then said of it but that its numbers are what they are.
 * @returns a view that the next call overwrites
 */
export class OperandReader {
  readonly #module: BitcodeModule;
  #kinds = new Uint8Array(256);
  /** By length. */
  #views: OperandKinds[] = [];
  #first = 0;
  #count = 0;
  #entry = 0;

  constructor(module: BitcodeModule) {
    this.#module = module;
  }

  kinds(entry: number): OperandKinds {
    const { columns } = this.#module;
    this.#entry = entry;
    this.#first = columns.first[entry] ?? 0;
    this.#count = (columns.first[entry + 1] ?? 0) - this.#first;
    if (this.#kinds.length < this.#count) {
      this.#kinds = new Uint8Array(this.#count * 2);
      this.#views = [];
    }
    this.#kinds.fill(RAW, 0, this.#count);
    const code = columns.code[entry] ?? 0;
    switch (columns.block[entry]) {
      case MODULE_BLOCK:
        this.#moduleRecord(code);
        break;
      case TYPE_BLOCK:
        this.#type(code);
        break;
      case PARAMATTR_BLOCK:
        this.#fill(0, ATTRIBUTE_GROUP);
        break;
      case PARAMATTR_GROUP_BLOCK:
        this.#group();
        break;
      case CONSTANTS_BLOCK:
        this.#constant(code);
        break;
      case FUNCTION_BLOCK:
        if (this.#module.understood) this.#instruction(code);
        break;
      case METADATA_BLOCK:
        this.#metadata(code);
        break;
      case METADATA_ATTACHMENT_BLOCK:
        for (let i = this.#count % 2; i < this.#count; i += 2) this.#set(i + 1, METADATA_ID);
        break;
      case GLOBALVAL_SUMMARY_BLOCK:
        this.#summary(code);
        break;
      case VALUE_SYMTAB_BLOCK:
        if (code === VST_FNENTRY && this.#count === 2) {
          this.#set(0, VALUE);
          this.#set(1, POSITION);
        }
        break;
    }
    // There are millions of records, of some dozens of lengths.
    this.#views[this.#count] ??= this.#kinds.subarray(0, this.#count);
    return this.#views[this.#count] as OperandKinds;
  }

  /** Whether what `kinds` says of the record is all: else a RAW operand may be an id. */
  knows(entry: number): boolean {
    const { columns, understood } = this.#module;
    const block = columns.block[entry] ?? 0;
    if (block === FUNCTION_BLOCK) return understood;
    const codes = KNOWN_CODES.get(block);
    return codes === undefined ? PLAIN_BLOCKS.has(block) : codes.has(columns.code[entry] ?? 0);
  }

  #value(index: number): number {
    return this.#module.columns.low[this.#first + index] ?? 0;
  }

  #set(index: number, kind: number): void {
    if (index < this.#count) this.#kinds[index] = kind;
  }

  #fill(from: number, kind: number): void {
    if (from < this.#count) this.#kinds.fill(kind, from, this.#count);
  }

  #moduleRecord(code: number): void {
    if (code === MODULE.VSTOFFSET) this.#set(0, POSITION);
    if (
      code !== MODULE.GLOBALVAR &&
      code !== MODULE.FUNCTION &&
      code !== MODULE.ALIAS &&
      code !== MODULE.IFUNC &&
      code !== MODULE.COMDAT
    ) {
      return;
    }
    this.#set(0, NAME_OFFSET);
    this.#set(1, NAME_SIZE);
    if (code === MODULE.COMDAT) return;
    this.#set(2, TYPE_ID);
    if (code === MODULE.GLOBALVAR) {
      this.#set(4, VALUE_NEXT);
      this.#set(13, COMDAT);
      this.#set(14, ATTRIBUTES);
      this.#partition(16);
    } else if (code === MODULE.FUNCTION) {
      this.#set(6, ATTRIBUTES);
      this.#set(12, VALUE_NEXT);
      this.#set(14, COMDAT);
      this.#set(15, VALUE_NEXT);
      this.#set(16, VALUE_NEXT);
      this.#partition(19);
    } else {
      this.#set(4, VALUE);
      this.#partition(code === MODULE.ALIAS ? 11 : 7);
    }
  }

  #partition(index: number): void {
    this.#set(index, NAME_OFFSET);
    this.#set(index + 1, NAME_SIZE);
  }

  #type(code: number): void {
    if (code === TYPE.POINTER) this.#set(0, TYPE_ID);
    else if (code === TYPE.ARRAY || code === TYPE.VECTOR) this.#set(1, TYPE_ID);
    else if (code === TYPE.STRUCT_ANON || code === TYPE.STRUCT_NAMED || code === TYPE.FUNCTION) {
      this.#fill(1, TYPE_ID);
    }
  }

  /** [id, parameter, then attributes: a tag, a key and what the tag says] */
  #group(): void {
    this.#set(0, ATTRIBUTE_GROUP);
    let i = 2;
    while (i < this.#count) {
      const tag = this.#value(i);
      i += 2;
      if (tag === 1) i += 1;
      else if (tag === 3 || tag === 4) {
        i -= 1;
        for (let strings = tag - 2; strings > 0; strings -= 1) {
          while (i < this.#count && this.#value(i) !== 0) i += 1;
          i += 1;
        }
      } else if (tag === 6) {
        this.#set(i, TYPE_ID);
        i += 1;
      } else if (tag === 7 && this.#value(i) <= 64) i += 3;
      else if (tag !== 0 && tag !== 5) return;
    }
  }

  #constant(code: number): void {
    if (code === CONSTANT.SETTYPE) this.#set(0, TYPE_ID);
    else if (code === CONSTANT.AGGREGATE || code === CONSTANT.CE_SELECT) this.#fill(0, VALUE);
    else if (code === CONSTANT.CE_BINOP) {
      this.#set(1, VALUE);
      this.#set(2, VALUE);
    } else if (code === CONSTANT.CE_UNOP) this.#set(1, VALUE);
    else if (code === CONSTANT.CE_CAST) {
      this.#set(1, TYPE_ID);
      this.#set(2, VALUE);
    } else if (code === CONSTANT.CE_GEP || code === CONSTANT.CE_INBOUNDS_GEP) {
      if (this.#count % 2 === 1) this.#set(0, TYPE_ID);
      this.#pairs(this.#count % 2);
    } else if (code === CONSTANT.CE_GEP_WITH_INRANGE_INDEX || code === CONSTANT.CE_GEP_19) {
      this.#set(0, TYPE_ID);
      this.#pairs(2);
    } else if (
      code === CONSTANT.BLOCKADDRESS ||
      code === CONSTANT.DSO_LOCAL_EQUIVALENT ||
      code === CONSTANT.NO_CFI
    ) {
      this.#set(0, TYPE_ID);
      this.#set(1, VALUE);
    } else if (code === CONSTANT.INLINEASM) this.#set(0, TYPE_ID);
  }

  #pairs(from: number): void {
    for (let i = from; i + 1 < this.#count; i += 2) {
      this.#set(i, TYPE_ID);
      this.#set(i + 1, VALUE);
    }
  }

  /** A relative value, and its type where it is one that comes later. Gives the next operand. */
  #typed(index: number): number {
    this.#set(index, RELATIVE);
    const relative = this.#value(index) | 0;
    if (relative > 0) return index + 1;
    this.#set(index + 1, TYPE_ID);
    return index + 2;
  }

  #relative(index: number): number {
    this.#set(index, RELATIVE);
    return index + 1;
  }

  #typeAt(index: number): number {
    this.#set(index, TYPE_ID);
    return index + 1;
  }

  #instruction(code: number): void {
    switch (code) {
      case FUNCTION.BINOP:
      case FUNCTION.CMP:
      case FUNCTION.CMP2:
        this.#relative(this.#typed(0));
        break;
      case FUNCTION.CAST:
        this.#typeAt(this.#typed(0));
        break;
      case FUNCTION.UNOP:
      case FUNCTION.EXTRACTVAL:
      case FUNCTION.FREEZE:
      case FUNCTION.RESUME:
        this.#typed(0);
        break;
      case FUNCTION.RET:
        if (this.#count > 0) this.#typed(0);
        break;
      case FUNCTION.INSERTVAL:
      case FUNCTION.EXTRACTELT:
      case FUNCTION.STORE:
      case FUNCTION.STOREATOMIC:
      case FUNCTION.ATOMICRMW:
        this.#typed(this.#typed(0));
        break;
      case FUNCTION.VSELECT:
      case FUNCTION.INSERTELT:
      case FUNCTION.SHUFFLEVEC:
        this.#typed(this.#relative(this.#typed(0)));
        break;
      case FUNCTION.CMPXCHG:
        this.#relative(this.#typed(this.#typed(0)));
        break;
      case FUNCTION.LOAD:
      case FUNCTION.LOADATOMIC:
        this.#typeAt(this.#typed(0));
        break;
      case FUNCTION.GEP:
        this.#set(1, TYPE_ID);
        for (let i = 2; i < this.#count; ) i = this.#typed(i);
        break;
      case FUNCTION.BR:
        this.#set(2, RELATIVE);
        break;
      case FUNCTION.SWITCH:
        this.#set(0, TYPE_ID);
        this.#set(1, RELATIVE);
        for (let i = 3; i < this.#count; i += 2) this.#set(i, VALUE);
        break;
      case FUNCTION.INDIRECTBR:
        this.#set(0, TYPE_ID);
        this.#set(1, RELATIVE);
        break;
      case FUNCTION.PHI:
        this.#set(0, TYPE_ID);
        for (let i = 1; i + 1 < this.#count; i += 2) this.#set(i, SIGNED_RELATIVE);
        break;
      case FUNCTION.LANDINGPAD:
        this.#set(0, TYPE_ID);
        for (let i = 3; i < this.#count; ) i = this.#typed(i + 1);
        break;
      case FUNCTION.ALLOCA:
        this.#set(0, TYPE_ID);
        this.#set(1, TYPE_ID);
        this.#set(2, VALUE);
        break;
      case FUNCTION.OPERAND_BUNDLE:
        for (let i = 1; i < this.#count; ) i = this.#typed(i);
        break;
      case FUNCTION.DEBUG_LOC:
        this.#set(2, METADATA_NEXT);
        this.#set(3, METADATA_NEXT);
        break;
      case FUNCTION.CALL:
      case FUNCTION.INVOKE:
        this.#call();
        break;
    }
  }

  #call(): void {
    const { columns, types } = this.#module;
    const shape = callShape(columns, this.#entry);
    const type = shape === undefined ? undefined : types[shape.type];
    if (shape === undefined || type === undefined) return;
    const callee = shape.callee - this.#first;
    this.#set(0, ATTRIBUTES);
    this.#set(callee - 1, TYPE_ID);
    let i = this.#typed(callee);
    const from = (columns.first[type] ?? 0) + 2;
    const to = columns.first[type + 1] ?? 0;
    for (let p = from; p < to && i < this.#count; p += 1, i += 1) {
      const parameter = columns.code[types[columns.low[p] ?? 0] ?? 0];
      if (parameter === TYPE.METADATA) this.#set(i, METADATA_RELATIVE);
      else if (parameter !== TYPE.LABEL) this.#set(i, RELATIVE);
    }
    while (i < this.#count) i = this.#typed(i);
  }

  #metadata(code: number): void {
    if (code === METADATA.NODE || code === METADATA.DISTINCT_NODE) this.#fill(0, METADATA_NEXT);
    else if (code === METADATA.NAMED_NODE) this.#fill(0, METADATA_ID);
    else if (code === METADATA.VALUE) {
      this.#set(0, TYPE_ID);
      this.#set(1, VALUE);
    } else if (code === METADATA.GLOBAL_DECL_ATTACHMENT) {
      this.#set(0, VALUE);
      for (let i = 2; i < this.#count; i += 2) this.#set(i, METADATA_ID);
    } else if (code === METADATA.LOCATION) {
      // distinct, line, column, scope, inlined at
      this.#set(3, METADATA_ID);
      this.#set(4, METADATA_NEXT);
    } else if (DEBUG_NODES.has(code)) {
      for (const index of DEBUG_NODES.get(code) ?? []) this.#set(index, METADATA_NEXT);
    } else if (code === METADATA.INDEX_OFFSET || code === METADATA.INDEX) this.#fill(0, POSITION);
  }

  #summary(code: number): void {
    if (code === SUMMARY.PERMODULE_GLOBALVAR_INIT_REFS) {
      this.#set(0, VALUE);
      this.#fill(3, SORTED_VALUE);
    } else if (code === SUMMARY.ALIAS) {
      this.#set(0, VALUE);
      this.#set(2, VALUE);
    } else if (code === SUMMARY.PERMODULE_PROFILE || code === SUMMARY.PERMODULE_RELBF) {
      this.#set(0, VALUE);
      const calls = 7 + this.#value(4);
      for (let i = 7; i < calls; i += 1) this.#set(i, VALUE);
      for (let i = calls; i < this.#count; i += 2) this.#set(i, VALUE);
    } else if (code === SUMMARY.VALUE_GUID) this.#set(0, VALUE);
  }
}
