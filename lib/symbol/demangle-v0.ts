import type { Demangled } from './demangle.js';
import { charText, integerText, stringText } from './v0-literal.js';
import { NOT_V0, NotV0, V0Reader } from './v0-reader.js';

/** Characters of output. Back references can make a short name endless. */
const MAX_OUTPUT = 64 * 1024;
/** Paths, types and constants inside each other, as deep as rustc-demangle goes. */
const MAX_DEPTH = 500;
/** Paths, types and constants read in all. */
const MAX_STEPS = 200_000;

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

/** Demangles what follows `_R` (RFC 2603). `start` is the offset after that prefix. */
export function demangleV0(name: string, start: number, hashes: boolean): Demangled | undefined {
  const symbol = new Printer(name.slice(start), hashes);
  try {
    const rest = start + symbol.print();
    return { text: symbol.out, rest };
  } catch (error) {
    if (error instanceof NotV0) return undefined;
    throw error;
  }
}

class Printer extends V0Reader {
  out = '';
  private depth = 0;
  private steps = 0;
  /** Over 0 while a part is read that is not shown. */
  private silent = 0;
  /** Lifetimes that binders around this place have named. */
  private lifetimes = 0;

  constructor(
    text: string,
    private readonly hashes: boolean,
  ) {
    super(text);
  }

  /** Prints the symbol and returns the offset after it. */
  print(): number {
    if (!/^[A-Z]/.test(this.text)) throw NOT_V0;
    this.path(true);
    // The crate that a generic function was instantiated in is not shown.
    if (/[A-Z]/.test(this.peek())) this.hidden(() => this.path(false));
    return this.at;
  }

  private show(text: string): void {
    if (this.silent > 0) return;
    if (this.out.length + text.length > MAX_OUTPUT) throw NOT_V0;
    this.out += text;
  }

  private hidden(read: () => void): void {
    this.silent += 1;
    read();
    this.silent -= 1;
  }

  private enter(): void {
    this.depth += 1;
    this.steps += 1;
    if (this.depth > MAX_DEPTH || this.steps > MAX_STEPS) throw NOT_V0;
  }

  private leave(): void {
    this.depth -= 1;
  }

  /** Reads items up to an `E` and shows `separator` between them; returns how many there were. */
  private list(separator: string, item: () => void): number {
    let count = 0;
    while (!this.eat('E')) {
      if (count > 0) this.show(separator);
      item();
      count += 1;
    }
    return count;
  }

  /** `inValue`: where Rust's source needs `::` before generic arguments. */
  private path(inValue: boolean): void {
    this.enter();
    const tag = this.next();
    switch (tag) {
      case 'C':
        this.crateRoot();
        break;
      case 'N':
        this.item(inValue);
        break;
      case 'M':
      case 'X':
      case 'Y':
        this.implementation(tag);
        break;
      case 'I':
        this.path(inValue);
        this.show(inValue ? '::<' : '<');
        this.genericArguments();
        this.show('>');
        break;
      case 'B':
        this.backref(() => this.path(inValue));
        break;
      default:
        throw NOT_V0;
    }
    this.leave();
  }

  private crateRoot(): void {
    const id = this.disambiguator();
    this.show(this.identifier());
    if (this.hashes && id !== 0n) this.show(`[${id.toString(16)}]`);
  }

  /** `N`: lower-case namespaces are shown as paths are written, others as `{closure#0}`. */
  private item(inValue: boolean): void {
    const namespace = this.next();
    if (!/[A-Za-z]/.test(namespace)) throw NOT_V0;
    this.path(inValue);
    const index = this.disambiguator();
    const name = this.identifier();
    if (namespace >= 'a') {
      this.show(name === '' ? '' : `::${name}`);
      return;
    }
    const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace;
    this.show(`::{${kind}${name === '' ? '' : `:${name}`}#${index}}`);
  }

  /** `M` inherent, `X` of a trait, `Y` a trait's own; where the impl lies is read and not shown. */
  private implementation(tag: 'M' | 'X' | 'Y'): void {
    if (tag !== 'Y') {
      this.disambiguator();
      this.hidden(() => this.path(false));
    }
    this.show('<');
    this.type();
    if (tag !== 'M') {
      this.show(' as ');
      this.path(false);
    }
    this.show('>');
  }

  private genericArguments(): void {
    this.list(', ', () => this.genericArgument());
  }

  private genericArgument(): void {
    if (this.eat('L')) this.lifetime(this.integer());
    else if (this.eat('K')) this.constant(false);
    else this.type();
  }

  private type(): void {
    const basic = BASIC_TYPES[this.peek()];
    if (basic !== undefined) {
      this.at += 1;
      this.show(basic);
      return;
    }
    this.enter();
    this.compoundType(this.next());
    this.leave();
  }

  private compoundType(tag: string): void {
    switch (tag) {
      case 'R':
      case 'Q':
        this.reference(tag);
        break;
      case 'P':
      case 'O':
        this.show(tag === 'P' ? '*const ' : '*mut ');
        this.type();
        break;
      case 'A':
      case 'S':
        this.show('[');
        this.type();
        if (tag === 'A') {
          this.show('; ');
          this.constant(true);
        }
        this.show(']');
        break;
      case 'T': {
        this.show('(');
        const count = this.list(', ', () => this.type());
        this.show(count === 1 ? ',)' : ')');
        break;
      }
      case 'F':
        this.binder(() => this.functionType());
        break;
      case 'D':
        this.dynType();
        break;
      case 'W':
        this.type();
        this.show(' is ');
        this.pattern();
        break;
      case 'B':
        this.backref(() => this.type());
        break;
      default:
        this.at -= 1;
        this.path(false);
        break;
    }
  }

  private reference(tag: 'R' | 'Q'): void {
    this.show('&');
    if (this.eat('L')) {
      const index = this.integer();
      if (index !== 0) {
        this.lifetime(index);
        this.show(' ');
      }
    }
    if (tag === 'Q') this.show('mut ');
    this.type();
  }

  private functionType(): void {
    if (this.eat('U')) this.show('unsafe ');
    if (this.eat('K')) {
      const abi = this.eat('C') ? 'C' : this.identifier().replaceAll('_', '-');
      if (abi === '') throw NOT_V0;
      this.show(`extern "${abi}" `);
    }
    this.show('fn(');
    this.list(', ', () => this.type());
    this.show(')');
    if (this.eat('u')) return;
    this.show(' -> ');
    this.type();
  }

  private dynType(): void {
    this.show('dyn ');
    this.binder(() => {
      this.list(' + ', () => this.dynTrait());
    });
    if (!this.eat('L')) throw NOT_V0;
    const index = this.integer();
    if (index === 0) return;
    this.show(' + ');
    this.lifetime(index);
  }

  private dynTrait(): void {
    let open = this.openPath();
    while (this.eat('p')) {
      this.show(open ? ', ' : '<');
      open = true;
      this.show(`${this.identifier()} = `);
      if (this.eat('K')) this.constant(false);
      else this.type();
    }
    if (open) this.show('>');
  }

  /** A path whose generic arguments, if it has any, are not yet closed; returns whether it has. */
  private openPath(): boolean {
    this.enter();
    let open = false;
    if (this.eat('B')) {
      this.backref(() => {
        open = this.openPath();
      });
    } else if (this.eat('I')) {
      this.path(false);
      this.show('<');
      this.genericArguments();
      open = true;
    } else {
      this.path(false);
    }
    this.leave();
    return open;
  }

  private pattern(): void {
    this.enter();
    switch (this.next()) {
      case 'R':
        this.constant(false);
        this.show('..=');
        this.constant(false);
        break;
      case 'N':
        this.show('!null');
        break;
      case 'O':
        this.list(' | ', () => this.pattern());
        break;
      default:
        throw NOT_V0;
    }
    this.leave();
  }

  /** `inValue`: inside another expression; elsewhere what is no plain literal stands in braces. */
  private constant(inValue: boolean): void {
    this.enter();
    this.constantOf(this.next(), inValue);
    this.leave();
  }

  private constantOf(tag: string, inValue: boolean): void {
    switch (tag) {
      case 'p':
        this.show('_');
        break;
      case 'B':
        this.backref(() => this.constant(inValue));
        break;
      case 'R':
        if (this.eat('e')) this.literal(stringText(this.hex()));
        else this.braced(inValue, '&', () => this.constant(true));
        break;
      case 'Q':
        this.braced(inValue, '&mut ', () => this.constant(true));
        break;
      case 'e':
        this.braced(inValue, '*', () => this.literal(stringText(this.hex())));
        break;
      case 'A':
        this.braced(inValue, '[', () => {
          this.list(', ', () => this.constant(true));
          this.show(']');
        });
        break;
      case 'T':
        this.braced(inValue, '(', () => {
          const count = this.list(', ', () => this.constant(true));
          this.show(count === 1 ? ',)' : ')');
        });
        break;
      case 'V':
        this.braced(inValue, '', () => this.variant());
        break;
      default:
        this.scalar(tag);
        break;
    }
  }

  private braced(inValue: boolean, opening: string, read: () => void): void {
    this.show(inValue ? opening : `{${opening}`);
    read();
    if (!inValue) this.show('}');
  }

  private variant(): void {
    this.path(true);
    switch (this.next()) {
      case 'U':
        break;
      case 'T':
        this.show('(');
        this.list(', ', () => this.constant(true));
        this.show(')');
        break;
      case 'S':
        this.show(' { ');
        this.list(', ', () => {
          this.disambiguator();
          this.show(`${this.identifier()}: `);
          this.constant(true);
        });
        this.show(' }');
        break;
      default:
        throw NOT_V0;
    }
  }

  private scalar(tag: string): void {
    if (tag === 'c') {
      this.literal(charText(this.hex()));
      return;
    }
    if (tag === 'b') {
      const bit = integerText(this.hex());
      this.literal(bit === '0' ? 'false' : bit === '1' ? 'true' : undefined);
      return;
    }
    if (!'asxlnihtmyoj'.includes(tag)) throw NOT_V0;
    const sign = 'asxlni'.includes(tag) && this.eat('n') ? '-' : '';
    this.show(sign + integerText(this.hex()) + (this.hashes ? (BASIC_TYPES[tag] ?? '') : ''));
  }

  private literal(text: string | undefined): void {
    if (text === undefined) throw NOT_V0;
    this.show(text);
  }

  /** Reads again what stands at an earlier place. */
  private backref(read: () => void): void {
    const start = this.at - 1;
    const target = this.integer();
    if (target >= start) throw NOT_V0;
    // Where nothing is shown nothing is followed, so that silent parts take linear time.
    if (this.silent > 0) return;
    const back = this.at;
    this.at = target;
    read();
    this.at = back;
  }

  private binder(read: () => void): void {
    const count = this.eat('G') ? this.integer() + 1 : 0;
    if (this.silent > 0 || count === 0) {
      this.bound(count, read);
      return;
    }
    if (count > MAX_OUTPUT) throw NOT_V0;
    this.show('for<');
    for (let i = 0; i < count; i += 1) {
      this.lifetimes += 1;
      if (i > 0) this.show(', ');
      this.lifetime(1);
    }
    this.show('> ');
    this.lifetimes -= count;
    this.bound(count, read);
  }

  private bound(count: number, read: () => void): void {
    this.lifetimes += count;
    read();
    this.lifetimes -= count;
  }

  /** 0 is the erased lifetime, 1 the one that the innermost binder named last (a de Bruijn index). */
  private lifetime(index: number): void {
    if (this.silent > 0) return;
    if (index === 0) {
      this.show("'_");
      return;
    }
    const depth = this.lifetimes - index;
    if (depth < 0) throw NOT_V0;
    this.show(depth < 26 ? `'${String.fromCharCode(0x61 + depth)}` : `'_${depth}`);
  }
}
