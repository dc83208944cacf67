import type { RpmTag } from './rpm-header.js';

/**
 * Names of the tags of an rpm's header, for its rendering; a tag that is not here goes by its number alone.
 * See rpm-tags(7) and "Header tags" of the RPM reference manual.
 */
export const HEADER_TAGS: Readonly<Record<number, string>> = {
  62: 'HEADERSIGNATURES',
  63: 'HEADERIMMUTABLE',
  100: 'HEADERI18NTABLE',
  266: 'PUBKEYS',
  1000: 'NAME',
  1001: 'VERSION',
  1002: 'RELEASE',
  1003: 'EPOCH',
  1004: 'SUMMARY',
  1005: 'DESCRIPTION',
  1006: 'BUILDTIME',
  1007: 'BUILDHOST',
  1009: 'SIZE',
  1010: 'DISTRIBUTION',
  1011: 'VENDOR',
  1014: 'LICENSE',
  1015: 'PACKAGER',
  1016: 'GROUP',
  1018: 'SOURCE',
  1019: 'PATCH',
  1020: 'URL',
  1021: 'OS',
  1022: 'ARCH',
  1023: 'PREIN',
  1024: 'POSTIN',
  1025: 'PREUN',
  1026: 'POSTUN',
  1027: 'OLDFILENAMES',
  1028: 'FILESIZES',
  1029: 'FILESTATES',
  1030: 'FILEMODES',
  1033: 'FILERDEVS',
  1034: 'FILEMTIMES',
  1035: 'FILEDIGESTS',
  1036: 'FILELINKTOS',
  1037: 'FILEFLAGS',
  1039: 'FILEUSERNAME',
  1040: 'FILEGROUPNAME',
  1044: 'SOURCERPM',
  1045: 'FILEVERIFYFLAGS',
  1046: 'ARCHIVESIZE',
  1047: 'PROVIDENAME',
  1048: 'REQUIREFLAGS',
  1049: 'REQUIRENAME',
  1050: 'REQUIREVERSION',
  1053: 'CONFLICTFLAGS',
  1054: 'CONFLICTNAME',
  1055: 'CONFLICTVERSION',
  1064: 'RPMVERSION',
  1065: 'TRIGGERSCRIPTS',
  1066: 'TRIGGERNAME',
  1067: 'TRIGGERVERSION',
  1068: 'TRIGGERFLAGS',
  1069: 'TRIGGERINDEX',
  1079: 'VERIFYSCRIPT',
  1080: 'CHANGELOGTIME',
  1081: 'CHANGELOGNAME',
  1082: 'CHANGELOGTEXT',
  1085: 'PREINPROG',
  1086: 'POSTINPROG',
  1087: 'PREUNPROG',
  1088: 'POSTUNPROG',
  1090: 'OBSOLETENAME',
  1091: 'VERIFYSCRIPTPROG',
  1092: 'TRIGGERSCRIPTPROG',
  1094: 'COOKIE',
  1095: 'FILEDEVICES',
  1096: 'FILEINODES',
  1097: 'FILELANGS',
  1098: 'PREFIXES',
  1106: 'SOURCEPACKAGE',
  1112: 'PROVIDEFLAGS',
  1113: 'PROVIDEVERSION',
  1114: 'OBSOLETEFLAGS',
  1115: 'OBSOLETEVERSION',
  1116: 'DIRINDEXES',
  1117: 'BASENAMES',
  1118: 'DIRNAMES',
  1122: 'OPTFLAGS',
  1123: 'DISTURL',
  1124: 'PAYLOADFORMAT',
  1125: 'PAYLOADCOMPRESSOR',
  1126: 'PAYLOADFLAGS',
  1132: 'PLATFORM',
  1140: 'FILECOLORS',
  1141: 'FILECLASS',
  1142: 'CLASSDICT',
  1143: 'FILEDEPENDSX',
  1144: 'FILEDEPENDSN',
  1145: 'DEPENDSDICT',
  1146: 'SOURCEPKGID',
  1150: 'POLICIES',
  1151: 'PRETRANS',
  1152: 'POSTTRANS',
  1153: 'PRETRANSPROG',
  1154: 'POSTTRANSPROG',
  5008: 'LONGFILESIZES',
  5009: 'LONGSIZE',
  5010: 'FILECAPS',
  5011: 'FILEDIGESTALGO',
  5012: 'BUGURL',
  5020: 'PREINFLAGS',
  5021: 'POSTINFLAGS',
  5022: 'PREUNFLAGS',
  5023: 'POSTUNFLAGS',
  5024: 'PRETRANSFLAGS',
  5025: 'POSTTRANSFLAGS',
  5026: 'VERIFYSCRIPTFLAGS',
  5027: 'TRIGGERSCRIPTFLAGS',
  5029: 'COLLECTIONS',
  5030: 'POLICYNAMES',
  5031: 'POLICYTYPES',
  5032: 'POLICYTYPESINDEXES',
  5033: 'POLICYFLAGS',
  5034: 'VCS',
  5046: 'RECOMMENDNAME',
  5047: 'RECOMMENDVERSION',
  5048: 'RECOMMENDFLAGS',
  5049: 'SUGGESTNAME',
  5050: 'SUGGESTVERSION',
  5051: 'SUGGESTFLAGS',
  5052: 'SUPPLEMENTNAME',
  5053: 'SUPPLEMENTVERSION',
  5054: 'SUPPLEMENTFLAGS',
  5055: 'ENHANCENAME',
  5056: 'ENHANCEVERSION',
  5057: 'ENHANCEFLAGS',
  5062: 'ENCODING',
  5066: 'FILETRIGGERSCRIPTS',
  5067: 'FILETRIGGERSCRIPTPROG',
  5068: 'FILETRIGGERSCRIPTFLAGS',
  5069: 'FILETRIGGERNAME',
  5070: 'FILETRIGGERINDEX',
  5071: 'FILETRIGGERVERSION',
  5072: 'FILETRIGGERFLAGS',
  5076: 'TRANSFILETRIGGERSCRIPTS',
  5077: 'TRANSFILETRIGGERSCRIPTPROG',
  5078: 'TRANSFILETRIGGERSCRIPTFLAGS',
  5079: 'TRANSFILETRIGGERNAME',
  5080: 'TRANSFILETRIGGERINDEX',
  5081: 'TRANSFILETRIGGERVERSION',
  5082: 'TRANSFILETRIGGERFLAGS',
  5084: 'FILETRIGGERPRIORITIES',
  5085: 'TRANSFILETRIGGERPRIORITIES',
  5092: 'PAYLOADDIGEST',
  5093: 'PAYLOADDIGESTALGO',
  5096: 'MODULARITYLABEL',
  5097: 'PAYLOADDIGESTALT',
  5103: 'PREUNTRANS',
  5104: 'POSTUNTRANS',
  5105: 'PREUNTRANSPROG',
  5106: 'POSTUNTRANSPROG',
  5107: 'PREUNTRANSFLAGS',
  5108: 'POSTUNTRANSFLAGS',
};

const SCRIPTLET =
  /^(?:(?:PRE|POST)(?:IN|UN|TRANS|UNTRANS)|VERIFYSCRIPT|(?:TRANSFILE|FILE)?TRIGGER(?:SCRIPTS?|NAME|VERSION|INDEX|PRIORITIES)?|POLICIES|POLICY(?:NAMES|TYPES|TYPESINDEXES)?|COLLECTIONS)(?:PROG|FLAGS)?$/;

/** Names of the tags of the signature header, whose numbers mean other things than those of the header. */
export const SIGNATURE_TAGS: Readonly<Record<number, string>> = {
  62: 'HEADERSIGNATURES',
  267: 'DSA',
  268: 'RSA',
  269: 'SHA1',
  270: 'LONGSIZE',
  271: 'LONGARCHIVESIZE',
  273: 'SHA256',
  274: 'FILESIGNATURES',
  275: 'FILESIGNATURELENGTH',
  276: 'VERITYSIGNATURES',
  277: 'VERITYSIGNATUREALGO',
  999: 'RESERVED',
  1000: 'SIZE',
  1002: 'PGP',
  1004: 'MD5',
  1005: 'GPG',
  1007: 'PAYLOADSIZE',
  1008: 'RESERVEDSPACE',
};

/**
 * Tags of the header that say what rpm runs, with what, and when: scriptlets, triggers and file triggers, and what old ones
 * loaded as policies of SELinux.
 */
const SCRIPTLET_TAGS: ReadonlySet<number> = new Set(
  Object.entries(HEADER_TAGS)
    .filter(([, name]) => SCRIPTLET.test(name))
    .map(([number]) => Number(number)),
);

/** `name`, `flags` and `version` of the two relations that rpm acts on. */
const PROVIDES = [1047, 1112, 1113] as const;
const OBSOLETES = [1090, 1114, 1115] as const;

/** What makes rpm add users and groups to the system, sysusers.d(5) in its version: `user(name)`. */
const SYSUSER = /^(?:user|group|groupmember)\(/;

/**
 * The tags with which this header has rpm change the system beside laying down files: the above, the users that it adds, and
 * packages that it removes (Obsoletes) in whose place it does not stand itself (Provides).
 */
export function actingTags(tags: readonly RpmTag[]): ReadonlySet<number> {
  const acting = new Set(SCRIPTLET_TAGS);
  const provided = namesOf(tags, PROVIDES[0]);
  if (provided.some((name) => SYSUSER.test(name))) for (const tag of PROVIDES) acting.add(tag);
  if (namesOf(tags, OBSOLETES[0]).some((name) => !provided.includes(name)))
    for (const tag of OBSOLETES) acting.add(tag);
  return acting;
}

/** Of all such tags: of two it is not sure which one counts. */
function namesOf(tags: readonly RpmTag[], number: number): string[] {
  return tags.flatMap(({ tag, data }) =>
    tag === number ? data.toString('latin1').split('\0').slice(0, -1) : [],
  );
}
