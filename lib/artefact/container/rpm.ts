import { createHash } from 'node:crypto';
import { InputError } from '../../error.js';
import type { Limits } from '../limits.js';
import type { Container, EntryWithContent } from './container.js';
import { type Cursor, once, type Watch, withCursor } from './cursor.js';
import { padding, trailingData } from './leftover.js';
import { Quota } from './quota.js';
import { heldToHeader } from './rpm-files.js';
import { numberOf, type RpmHeader, readRpmHeader, stringOf } from './rpm-header.js';
import { type Elsewhere, renderRpmHeader } from './rpm-rendering.js';
import { actingTags, HEADER_TAGS, SIGNATURE_TAGS } from './rpm-tag.js';

/**
 * The rpm package, format 3 and 4; see "Package format" of the RPM reference manual. Handed on are the lead, the
 * signature header and the header (as text, see rpm-rendering.ts) and the payload, a compressed cpio archive. What the
 * header says is to be run, or done to the system in another way (`actingTags`), stands in a text of its own, `scriptlets`:
 * it is no note that a way of packaging has on itself. Members of the payload have the metadata of the header (rpm-files.ts).
 * The digests of header and payload are checked where SHA-256 ones are stored; signatures are not.
 */
export const rpm: Container = {
  id: 'rpm',
  detect: (head) => head.length >= 4 && MAGIC.equals(head.subarray(0, 4)),
  read: (input, limits) => withCursor(input, 'rpm', (cursor) => readPackage(cursor, limits)),
};

const MAGIC = Buffer.of(0xed, 0xab, 0xee, 0xdb);
const LEAD = 96;
const SCRIPTLETS = 'scriptlets';
/** `RPMSIGTYPE_HEADERSIG`: the signature is a header; the others died with rpm 2. */
const HEADER_SIGNATURE = 5;

/** The tags that are acted on. */
const SIGNATURE = { LONGSIZE: 270, SHA256: 273, SIZE: 1000 } as const;
const HEADER = {
  PAYLOADFORMAT: 1124,
  PAYLOADCOMPRESSOR: 1125,
  PAYLOADDIGEST: 5092,
  PAYLOADDIGESTALGO: 5093,
} as const;
/** The number of SHA-256 in RFC 9580. */
const ALGO_SHA256 = 8;

async function* readPackage(
  cursor: Cursor,
  limits: Limits,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const quota = new Quota(limits);
  const lead = await cursor.copy(LEAD, 'the lead');
  checkLead(lead);
  quota.member(0);
  yield {
    entry: { name: 'lead', metadata: { type: 'file' }, size: LEAD, contentOffset: 0, role: 'package' },
    content: once(lead),
  };

  quota.member(cursor.position);
  const signature = await readRpmHeader(cursor, 'signature header');
  yield rendered('signature', signature, SIGNATURE_TAGS);
  const fillAt = cursor.position;
  const fill = await cursor.copy(-fillAt & 7, 'the padding of the signature header');
  if (fill.some((byte) => byte !== 0)) yield padding('signature', fill, fillAt);

  quota.member(cursor.position);
  const header = await readRpmHeader(cursor, 'header');
  checkHeaderDigest(signature, header);
  const acting = actingTags(header.tags);
  yield rendered('header', header, HEADER_TAGS, { tags: acting, name: SCRIPTLETS });
  const scriptlets = header.tags.filter(({ tag }) => acting.has(tag));
  if (scriptlets.length > 0) {
    quota.member(header.start);
    yield rendered(SCRIPTLETS, { ...header, tags: scriptlets, strays: [] }, HEADER_TAGS);
  }

  const payloadAt = cursor.position;
  quota.member(payloadAt);
  const name = payloadName(header);
  const size = payloadSize(signature, header);
  if (await cursor.atEnd()) throw new InputError('the rpm ends before its payload', { offset: payloadAt });
  const content = cursor.stretch(size ?? 'rest', 'the payload', digestWatch(header, payloadAt));
  yield {
    entry: {
      name,
      metadata: { type: 'file' },
      size,
      contentOffset: payloadAt,
      role: 'content',
      unpack: true,
      hold: (members) => heldToHeader(members, header),
    },
    content,
  };
  await content.drain();
  yield* trailingData(cursor, false);
}

function checkLead(lead: Buffer): void {
  if (!MAGIC.equals(lead.subarray(0, 4))) throw new InputError('this is no rpm', { offset: 0 });
  const major = lead.readUInt8(4);
  if (major !== 3 && major !== 4) {
    throw new InputError(`the rpm is of format ${major}; 3 and 4 are read`, { offset: 4 });
  }
  const signatureType = lead.readUInt16BE(78);
  if (signatureType !== HEADER_SIGNATURE) {
    throw new InputError(`the rpm has a signature of unknown type ${signatureType}`, { offset: 78 });
  }
}

function rendered(
  name: string,
  header: RpmHeader,
  names: Readonly<Record<number, string>>,
  elsewhere?: Elsewhere,
): EntryWithContent {
  const { size, content } = renderRpmHeader(header, names, elsewhere);
  return { entry: { name, metadata: { type: 'file' }, size, role: 'package' }, content: content() };
}

/** Holds for headers to which nothing was added after the build, which is all that rpm 4 makes. */
function checkHeaderDigest(signature: RpmHeader, header: RpmHeader): void {
  const digest = stringOf(signature, SIGNATURE.SHA256);
  if (digest !== undefined && digest !== header.sha256) {
    throw new InputError('the header of the rpm does not have the SHA-256 digest its signature header says', {
      offset: header.start,
    });
  }
}

/** The bytes of the payload, from the size of header and payload that the signature header holds. */
function payloadSize(signature: RpmHeader, header: RpmHeader): number | undefined {
  const both = numberOf(signature, SIGNATURE.LONGSIZE) ?? numberOf(signature, SIGNATURE.SIZE);
  if (both === undefined) return undefined;
  if (both < header.length) {
    const what = `the signature header says that header and payload have ${both} bytes together`;
    throw new InputError(`${what}; the header alone has ${header.length}`, { offset: signature.start });
  }
  return both - header.length;
}

function payloadName(header: RpmHeader): string {
  const format = stringOf(header, HEADER.PAYLOADFORMAT) ?? 'cpio';
  if (format !== 'cpio') {
    const named = /^[a-z0-9]{1,16}$/.test(format) ? ` (${format})` : '';
    throw new InputError(`the payload of the rpm is no cpio archive${named}`, { offset: header.start });
  }
  // Without the tag rpm expects gzip but takes what it finds; so does whoever unpacks this.
  const compressor = stringOf(header, HEADER.PAYLOADCOMPRESSOR);
  if (compressor === undefined) return 'payload.cpio';
  if (!/^[a-z0-9]{1,16}$/.test(compressor)) {
    throw new InputError('the payload of the rpm is compressed with something that is no name', {
      offset: header.start,
    });
  }
  return `payload.cpio.${compressor}`;
}

function digestWatch(header: RpmHeader, offset: number): Watch {
  const expected = stringOf(header, HEADER.PAYLOADDIGEST);
  if (expected === undefined || numberOf(header, HEADER.PAYLOADDIGESTALGO) !== ALGO_SHA256) return {};
  const hash = createHash('sha256');
  return {
    chunk: (bytes) => {
      hash.update(bytes);
    },
    end: () => {
      if (hash.digest('hex') !== expected) {
        throw new InputError('the payload of the rpm does not have the SHA-256 digest its header says', {
          offset,
        });
      }
    },
  };
}
