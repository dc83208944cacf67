import { encodeName } from '../name.js';

/** A member of an ar archive to be made for a test. */
export interface ArFixtureMember {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly mtime?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
}

/** An ar archive; GNU long names go into a table in front, BSD ones before their content. */
export function arFixture(members: readonly ArFixtureMember[], dialect: 'gnu' | 'bsd' = 'gnu'): Buffer {
  const names: Buffer[] = [];
  let length = 0;
  const parts = members.map((member) => {
    const name = encodeName(member.name);
    if (dialect === 'bsd') {
      if (name.length <= 16 && !/[ /]/.test(member.name)) return arFixtureMember(name, member);
      const content = Buffer.concat([
        name,
        Buffer.alloc(-name.length & 3),
        Buffer.from(member.content ?? ''),
      ]);
      const field = `#1/${name.length + (-name.length & 3)}`;
      return arFixtureMember(field, { ...member, content });
    }
    if (member.name === '/' || member.name === '/SYM64/') return arFixtureMember(name, member);
    if (name.length <= 15 && !member.name.includes('/'))
      return arFixtureMember(`${name.toString('latin1')}/`, member);
    const start = length;
    names.push(name, Buffer.from('/\n'));
    length += name.length + 2;
    return arFixtureMember(`/${start}`, member);
  });
  const table = length > 0 ? [arFixtureMember('//', { content: Buffer.concat(names) })] : [];
  return Buffer.concat([Buffer.from('!<arch>\n'), ...table, ...parts]);
}

/** One member with its header and padding; `field` is `ar_name` as it is to be stored. */
export function arFixtureMember(
  field: string | Uint8Array,
  member: Omit<ArFixtureMember, 'name'> & { readonly size?: string; readonly pad?: string },
): Buffer {
  const content = Buffer.from(member.content ?? '');
  const name = typeof field === 'string' ? field : Buffer.from(field).toString('latin1');
  const header = [
    name.padEnd(16),
    String(member.mtime ?? 0).padEnd(12),
    String(member.uid ?? 0).padEnd(6),
    String(member.gid ?? 0).padEnd(6),
    (member.mode ?? 0o644).toString(8).padEnd(8),
    (member.size ?? String(content.length)).padEnd(10),
    '`\n',
  ].join('');
  const pad = content.length % 2 === 1 ? (member.pad ?? '\n') : '';
  return Buffer.concat([Buffer.from(header, 'latin1'), content, Buffer.from(pad, 'latin1')]);
}
