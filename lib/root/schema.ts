/** What JSON of the `root` commands says that it is: docs/root-1.schema.json. */
export const ROOT_SCHEMA = 'trustdiff-root-1';
