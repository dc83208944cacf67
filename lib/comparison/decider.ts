import { ListedMember } from '../artefact/listed-member.js';
import type { Member } from '../artefact/member.js';
import { InputError, type Trouble, toTrouble } from '../error.js';
import { compareMetadata, type MaskableField, type MetadataDifference } from '../pair/metadata.js';
import type { MemberReport, PairReport, PairStatus } from '../report/model.js';
import type { ResolvedOptions } from './options.js';
import { isGivenAway } from './packaging.js';
import type { Side } from './side.js';
import type { ContentDecision } from './work.js';

/** Turns what is known of a pair into its status. */
export class Decider {
  readonly #ignored: ReadonlySet<MaskableField>;

  constructor(
    readonly a: Side,
    readonly b: Side,
    options: ResolvedOptions,
  ) {
    this.#ignored = new Set(options.ignoreMetadata);
  }

  decide(a: Member, b: Member, rule: PairReport['rule'], decision: ContentDecision | undefined): PairReport {
    const unpacked = this.a.inputs[a.input]?.kind !== 'archive' || this.b.inputs[b.input]?.kind !== 'archive';
    const metadata = [
      ...this.#place(a, b),
      ...compareMetadata(a.metadata, b.metadata, {
        ignored: this.#ignored,
        unpacked,
        ownerCounts: isGivenAway(this.a, a) || isGivenAway(this.b, b),
      }),
    ];
    const trouble = troubleOf(a, b, decision);
    const decided = decision !== undefined && 'equal' in decision ? decision : undefined;
    return {
      path: a.path,
      role: a.role,
      rule,
      status: trouble !== undefined ? 'unreadable' : statusOf(decided?.equal, metadata),
      a: memberReport(a, decided?.digestA),
      b: memberReport(b, decided?.digestB),
      ...(metadata.length > 0 && { metadata }),
      ...(trouble !== undefined && { trouble }),
    };
  }

  /** A file that lies elsewhere, or is called otherwise, is not the same; two plain files may be called anything. */
  #place(a: Member, b: Member): MetadataDifference[] {
    const [placeA, placeB] = [placeOf(a), placeOf(b)];
    if (placeA === placeB) return [];
    const plain = this.a.inputs[a.input]?.kind === 'file' && this.b.inputs[b.input]?.kind === 'file';
    return plain ? [] : [{ field: 'path', a: placeA, b: placeB }];
  }
}

/** The path, but for a name that leads out of the archive: then the name, as it is stored. */
function placeOf(member: Member): string {
  return /^\/|(?:^|\/)\.\.(?:\/|$)/.test(member.name) ? member.name : member.path;
}

function statusOf(equal: boolean | undefined, metadata: readonly MetadataDifference[]): PairStatus {
  if (metadata.some((difference) => difference.field === 'type')) return 'type';
  if (equal === false) return 'content';
  if (metadata.some((difference) => difference.mask === undefined)) return 'metadata';
  return metadata.some((difference) => difference.mask === 'ignored') ? 'equivalent' : 'identical';
}

function troubleOf(a: Member, b: Member, decision: ContentDecision | undefined): PairReport['trouble'] {
  for (const [side, member] of [
    ['a', a],
    ['b', b],
  ] as const) {
    const refused = refusal(member);
    if (refused !== undefined) return { side, ...refused };
  }
  if (decision !== undefined && 'failed' in decision) return { side: decision.failed, ...decision.trouble };
  if (decision === undefined && a.metadata.type === 'file' && b.metadata.type === 'file') {
    const side = a.content === undefined ? 'a' : 'b';
    return { side, ...toTrouble(new InputError('its content could not be read', { member: [a.name] })) };
  }
  return undefined;
}

/** What has no content that could be compared: it is named, never opened and never called the same. */
export function refusal(member: Member): Trouble | undefined {
  const { type } = member.metadata;
  if (type === 'file') return undefined;
  if (type === 'directory' || type === 'symlink')
    return member instanceof ListedMember ? unasked(member) : undefined;
  const what = `it is a ${type.replace('-', ' ')}, which holds no content to compare; it was not opened`;
  return toTrouble(new InputError(what, { member: [...member.via, member.name] }));
}

/** Of what the system would not tell anything, nothing can be called the same. */
function unasked(member: ListedMember): Trouble | undefined {
  if (member.mode !== undefined) return undefined;
  return toTrouble(new InputError('the system did not tell what it is like', { member: [member.name] }));
}

export function memberReport(member: Member, digest?: string): MemberReport {
  return {
    name: [...member.via, member.name],
    input: member.input,
    size: member.size,
    ...(digest !== undefined && { digest }),
  };
}
